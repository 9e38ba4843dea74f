// What the console's box finds beside customers: orders by their number, places by their parcel.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside, launch, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function find(tab, scrap) {
  await tab.goto(url);
  await tab.keyboard.press('/');
  await tab.keyboard.type(scrap);
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/\?q=|\/(orders|accounts|premises)\//);
  await sound(tab);
  return tab.locator('main a[href^="/orders/"], main a[href^="/accounts/"], main a[href^="/premises/"]');
}

test('an order is found by its number and leads to its page', async () => {
  const tab = await inside(browser);
  for (const scrap of ['order 1', 'WO-1']) {
    const links = await find(tab, scrap);
    if (!/\/orders\/1$/.test(tab.url())) {
      assert.equal(await links.first().getAttribute('href'), '/orders/1', scrap);
      await links.first().click();
      await tab.waitForURL(/\/orders\/1$/);
    }
    assert.match(await tab.locator('h1').innerText(), /Order 1: /);
  }
});

test('a parcel finds who is served on it, and the premise where nobody is', async () => {
  const tab = await inside(browser);
  for (const [scrap, to] of [['26-10417-003', '/accounts/1000-0001-7'], ['2610417', '/accounts/1000-0001-7'], ['14-301-220-017', '/premises/197']]) {
    const links = await find(tab, scrap);
    const there = new URL(tab.url()).pathname;
    if (there === '/') {
      const hrefs = await links.evaluateAll((all) => all.map((it) => it.getAttribute('href')));
      assert.ok(hrefs.includes(to), `${scrap}: ${hrefs}`);
      assert.match(await tab.locator('main').innerText(), new RegExp(`[Pp]arcel.*${scrap.slice(0, 5)}`, 's'));
    } else {
      assert.equal(there, to, scrap);
    }
  }
});
