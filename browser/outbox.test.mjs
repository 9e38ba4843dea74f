// Bills and letters on their way to people: a way is stopped and let go on, and somebody says what became of a bill.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const turn = (way) => `form[action="/outbox/switch/${way}"]`;

test('a way is stopped with a reason and let go on', async () => {
  const tab = await inside(browser);
  await tab.locator('.top a[href="/outbox"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.fill('#why-email', 'the wrong bills');
  await tabTo(tab, `${turn('email')} button`);
  await press(tab, 'Enter');
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  assert.match(await tab.locator('main table').first().innerText(), /stopped\s+the wrong bills/);
  await sound(tab);
  await tab.fill('#why-email', 'they are mended');
  await tab.locator(`${turn('email')} button`).click();
  await tab.waitForLoadState();
  assert.doesNotMatch(await tab.locator('main table').first().innerText(), /stopped/);
});

test('somebody says what became of a bill, and the account shows it', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/1000-0003-3`);
  const section = tab.locator('section', { has: tab.getByRole('heading', { name: 'Bills and letters on their way' }) });
  const bill = (await section.locator('a[href^="/bills/"]').first().innerText()).trim();
  await section.locator('a[href="/outbox"]').click();
  await tab.waitForLoadState();
  await tab.fill('#piece', `${bill}/0/post`);
  await tab.fill('#why', 'handed over at the counter');
  await tab.locator('form[action="/outbox/decide"] button').click();
  await tab.waitForLoadState();
  expected(tab, 422);
  assert.match(await tab.getByRole('alert').innerText(), /no such bill on its way/);
  assert.equal(await tab.inputValue('#why'), 'handed over at the counter', 'what was typed stays');
  await sound(tab);
  await tab.fill('#piece', `${bill}/3/post`);
  await tab.selectOption('#state', 'delivered');
  await tab.locator('form[action="/outbox/decide"] button').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  await tab.goto(`${url}/accounts/1000-0003-3`);
  assert.match(await section.innerText(), /arrived/);
  assert.match(await section.innerText(), /handed over at the counter/);
  await sound(tab);
});

test('a summary bill is on its way beside the bills, is drawn, and comes back', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/1000-0002-5`);
  const section = tab.locator('section', { has: tab.getByRole('heading', { name: 'Bills and letters on their way' }) });
  const pdf = section.locator('a[href^="/papers/S-"]').first();
  const number = (await pdf.innerText()).trim();
  assert.match(number, /^S-/);
  assert.ok(await section.locator('a[href^="/bills/B-"]').count() > 0, 'bills are beside it');
  const answer = await tab.request.get(url + await pdf.getAttribute('href'));
  assert.equal(answer.status(), 200);
  assert.equal((await answer.body()).subarray(0, 5).toString(), '%PDF-');
  await tab.goto(`${url}/outbox`);
  await tab.fill('#piece', `${number}/2/post`);
  await tab.selectOption('#state', 'bounced');
  await tab.fill('#why', 'no such street');
  await tab.locator('form[action="/outbox/decide"] button').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  await sound(tab);
  await tab.goto(`${url}/accounts/1000-0002-5`);
  const piece = section.locator('li', { hasText: number });
  assert.match(await piece.innerText(), /came back[^]*no such street/);
  await inSpanish(tab);
  await tab.goto(`${url}/outbox`);
  await sound(tab);
});

test('who may only look sees the outbox and no buttons', async () => {
  const tab = await inside(browser, undefined, auditor);
  await tab.goto(`${url}/outbox`);
  await sound(tab);
  assert.equal(await tab.locator('main button').count(), await tab.locator('footer button').count());
});

test('the outbox holds at 320 pixels, and in Spanish', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await inSpanish(tab);
  await tab.goto(`${url}/outbox`);
  assert.match(await tab.locator('h1').innerText(), /Envíos/);
  await sound(tab);
});
