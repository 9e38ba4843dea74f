// Field orders as a dispatcher meets them: the list, an order, its steps, and what is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, launch, page, signIn, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function inside(options, name) {
  const tab = await page(browser, options);
  await signIn(tab, undefined, name);
  return tab;
}

async function openOrder(tab) {
  await tab.goto(`${url}/orders`);
  await tab.locator('main table a[href^="/orders/"]').first().click();
  await tab.waitForLoadState();
}

test('the list of orders leads to one, and its address holds what is asked for', async () => {
  const tab = await inside();
  await tab.locator('header a[href="/orders"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.selectOption('#state', 'en-route');
  await tab.locator('main form:has(#state) button').click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /state=en-route/);
  await sound(tab);
  await openOrder(tab);
  await sound(tab);
});

test('an order is given to a crew, called off and opened again', async () => {
  const tab = await inside();
  await openOrder(tab);
  const steps = () => tab.locator('ol.tl li').count();
  const before = await steps();
  // A day that is gone: what is refused says why, and what was typed stays.
  await tab.fill('#on', '2020-01-06');
  await tab.locator('form:has(input[value="assign"]) button').click();
  await tab.getByRole('alert').waitFor();
  assert.equal(await tab.inputValue('#on'), '2020-01-06');
  tab.complaints = tab.complaints.filter((it) => !it.includes('422'));
  await sound(tab);
  await tab.fill('#on', '2099-01-05');
  await tab.locator('form:has(input[value="assign"]) button').click();
  await tab.waitForLoadState();
  assert.equal(await steps(), before + 1);
  await sound(tab);
  await tab.selectOption('#reason', 'mistake');
  await tab.locator('form:has(input[value="cancel"]) button').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.locator('form:has(input[value="reopen"]) button').click();
  await tab.waitForLoadState();
  assert.equal(await steps(), before + 3);
});

test('who may only look sees the steps and takes none', async () => {
  const tab = await inside({}, auditor);
  await openOrder(tab);
  assert.equal(await tab.locator('main form[action*="/steps"]').count(), 0);
  await sound(tab);
});

test('on a telephone, in the dark and in Spanish orders are as sound', async () => {
  const small = { viewport: { width: 320, height: 700 }, colorScheme: 'dark' };
  const tab = await inside(small);
  await tab.locator('form[action="/language"] button').click();
  await tab.waitForLoadState();
  await tab.goto(`${url}/orders`);
  await sound(tab);
  await openOrder(tab);
  await sound(tab);
});
