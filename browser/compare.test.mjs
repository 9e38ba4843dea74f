// What a service would have come to on other tariffs, from the page of its use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test('the use of a service leads to its bills on every tariff', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/points/1/usage`);
  await tabTo(tab, 'main a[href="/points/1/compare"]');
  await press(tab, 'Enter');
  await sound(tab);
  assert.ok(await tab.locator('main tr.sum').count() >= 1);
  await inSpanish(tab);
  await tab.goto(`${url}/points/1/compare`);
  await tab.setViewportSize({ width: 320, height: 700 });
  await sound(tab);
});
