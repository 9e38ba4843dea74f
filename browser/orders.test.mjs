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
  await tab.goto(`${url}/orders/new?premise=1`);
  await sound(tab);
  // What is refused is said in Spanish.
  await tab.selectOption('#place', 'premise-1');
  await tab.selectOption('#kind', 'leak');
  await tab.click('button[value=send]');
  assert.match(await tab.getByRole('alert').innerText(), /ya está abierta allí/);
});

test('an order is written down, promised, and done with reads that are checked', async () => {
  const tab = await inside();
  await tab.goto(`${url}/orders/new?point=2`);
  await sound(tab);
  assert.equal(await tab.inputValue('#place'), 'point-2');
  await tab.selectOption('#kind', 'read');
  await tab.fill('#about', 'Ring twice.');
  await tab.fill('#off_below', '12.00');
  await tab.click('button[value=send]');
  // Only a disconnection is called off by a payment; what was typed is there.
  await tab.getByRole('alert').waitFor();
  tab.complaints = tab.complaints.filter((it) => !it.includes('422'));
  assert.equal(await tab.inputValue('#about'), 'Ring twice.');
  await sound(tab);
  await tab.fill('#off_below', '');
  await tab.click('button[value=send]');
  await tab.waitForURL(/\/orders\/\d+$/);
  assert.match(await tab.locator('main').innerText(), /Ring twice/);
  await sound(tab);
  const promised = await tab.locator('#offer option').first().innerText();
  await tab.click('button[value=promise]');
  await tab.locator('button[value=unpromise]').waitFor();
  assert.ok((await tab.locator('.facts').innerText()).includes(promised.split(',').slice(0, 2).join(',').trim()));
  await sound(tab);
  // A read that cannot be is refused, and stays in its field.
  const read = tab.locator('form:has(input[value=complete]) input[name="read-0"]');
  const done = tab.locator('form:has(input[value=complete]) .btn');
  for (const [typed, why] of [['12x', /is no read/], ['1', /showed|cannot show|below/]]) {
    await read.fill(typed);
    await done.click();
    assert.match(await tab.getByRole('alert').innerText(), why);
    tab.complaints = tab.complaints.filter((it) => !it.includes('422'));
    assert.equal(await read.inputValue(), typed);
    await sound(tab);
  }
  const last = await tab.locator('label[for="read-0"] .muted').innerText();
  await read.fill(String(Number(last.replace(/\D/g, '')) + 12));
  await done.click();
  await tab.waitForLoadState();
  assert.equal(await tab.getByRole('alert').count(), 0);
  await sound(tab);
  // The read is on the meter's page, which the order leads to.
  await tab.locator('main a[href^="/meters/"]').first().click();
  await tab.waitForLoadState();
  const reads = tab.locator('section').filter({ has: tab.getByRole('heading', { name: 'Reads', exact: true }) });
  const newest = await reads.locator('tbody tr').first().innerText();
  assert.equal(Number(newest.split('\t')[1].replace(/\D/g, '')), Number(last.replace(/\D/g, '')) + 12);
});

test('a leak at a premise is ordered from its page and done', async () => {
  const tab = await inside();
  await tab.goto(`${url}/premises/4`);
  await tab.keyboard.press('v');
  await tab.waitForURL(/\/orders\/new/);
  await tab.selectOption('#place', 'premise-4');
  await tab.selectOption('#kind', 'inspection');
  await tab.click('button[value=send]');
  await tab.waitForURL(/\/orders\/\d+$/);
  await tab.fill('#on', '2099-01-05');
  await tab.locator('form:has(input[value="assign"]) button').click();
  await tab.locator('#found').fill('All is well.');
  await tab.locator('form:has(input[value=complete]) .btn').click();
  await tab.getByText('All is well.').waitFor();
  await sound(tab);
});

test('a refusal can be loaded again, and read in another language', async () => {
  const tab = await inside();
  await openOrder(tab);
  const order = new URL(tab.url()).pathname;
  await tab.fill('#on', '2020-01-06');
  await tab.locator('form:has(input[value="assign"]) button').click();
  await tab.getByRole('alert').waitFor();
  await tab.locator('form[action="/language"] button').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('html').getAttribute('lang'), 'es');
  tab.complaints = tab.complaints.filter((it) => !it.includes('422'));
  await sound(tab);
  assert.equal(new URL(tab.url()).pathname, `${order}/steps`);
  for (const path of ['/accounts/1000-0001-7/notes', '/approvals/1/give', '/approvals/1/refuse', '/orders/new']) {
    assert.equal((await tab.goto(url + path)).status(), 200, path);
  }
});
