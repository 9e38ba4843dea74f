// Corrections of many accounts as an analyst sees them: a version that is looked at, its page, the list, and cancelling.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, openAccount, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// The version of a tariff that holds for a customer, with another price.
async function dearer(tab, price) {
  await openAccount(tab, '1000-0006-6');
  await tab.locator('main a[href^="/bills/"]:not([href$="/pdf"])').first().click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/correct"]').click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/fact"]').click();
  await tab.waitForLoadState();
  await tab.locator('nav.facts-told a[href^="/versions/new"]').click();
  await tab.waitForLoadState();
  const text = await tab.inputValue('#text');
  await tab.fill('#text', text.replace(/(volume\s+\S.*?\s)0\.\d+/, `$1${price}`));
  await tab.locator('form[action="/versions/new"] button').click();
  await tab.waitForURL(/\/corrections\/sets\/\d+$/);
}

// The page asks for itself anew until somebody has looked.
async function looked(tab) {
  await tab.locator('#will').waitFor({ timeout: 60000 });
  await tab.waitForLoadState();
}

test('a version is looked at by itself, and its page shows what it comes to', async () => {
  const tab = await inside(browser);
  await dearer(tab, '0.9');
  await looked(tab);
  await sound(tab);
  assert.ok(await tab.locator('main table tbody tr').count() > 0, 'the bills that it reaches');
  assert.match(await tab.locator('main').innerText(), /What it would come to/);
  // The text may be changed, and nothing of it is lost.
  await tab.locator('a[href^="/versions/new?look="]').click();
  await tab.waitForLoadState();
  assert.match(await tab.inputValue('#text'), /0\.9/);
  await sound(tab);
  // The list is reached from the bill cycles, by the keyboard.
  await tab.goto(`${url}/cycles`);
  await sound(tab);
  await tabTo(tab, 'a[href="/corrections/sets"]');
  await press(tab, 'Enter');
  assert.equal(new URL(tab.url()).pathname, '/corrections/sets');
  await sound(tab);
  assert.ok(await tab.locator('main table tbody tr').count() > 0);
  await inSpanish(tab);
  assert.match(await tab.locator('main').innerText(), /Correcciones de muchas cuentas/);
  assert.match(await tab.locator('main').innerText(), /Terminado/);
  await tab.locator('main table a').first().click();
  await tab.waitForLoadState();
  assert.match(await tab.locator('main').innerText(), /A cuánto llegaría/);
  await sound(tab);
});

test('on a narrow screen, a version that says nothing is refused beside its text', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await tab.goto(`${url}/versions/new`);
  await tab.fill('#text', 'tariff');
  await tab.locator('form[action="/versions/new"] button').click();
  await tab.waitForLoadState();
  expected(tab, 422);
  assert.equal(await tab.getByRole('alert').count(), 1);
  assert.equal((await tab.inputValue('#text')).trim(), 'tariff', 'what was typed stays');
  await sound(tab);
  await tab.goto(`${url}/corrections/sets`);
  await sound(tab);
});

test('what is told is corrected by whoever works, and stands in the list', async () => {
  const tab = await inside(browser);
  await dearer(tab, '0.91');
  await looked(tab);
  const look = tab.url();
  await tab.fill('#why', 'filed late');
  await tab.fill('#evidence', 'docket 26-17');
  await tab.locator('form[action$="/tell"] button').click();
  await tab.waitForURL((it) => String(it) !== look && /\/corrections\/sets\/\d+$/.test(String(it)));
  await tab.getByText('At its end').waitFor({ timeout: 60000 });
  await tab.waitForLoadState();
  assert.match(await tab.locator('main').innerText(), /filed late/);
  await sound(tab);
});

test('who may only look sees the sets and has no way to cancel one', async () => {
  const tab = await inside(browser, undefined, auditor);
  await tab.goto(`${url}/corrections/sets`);
  await tab.locator('main table a').first().click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('form[action$="/cancel"]').count(), 0);
  const answer = await tab.goto(`${url}/corrections/sets/999`);
  assert.equal(answer.status(), 404);
  expected(tab, 404);
  await sound(tab);
});
