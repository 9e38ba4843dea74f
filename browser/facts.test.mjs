// A fact that bills were made of, told otherwise as an analyst does it: looked at, told, and what is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, openAccount, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const said = (tab) => tab.locator('main').innerText();
const alert = (tab) => tab.getByRole('alert').innerText();

// From a customer's newest bill to the form.
async function form(tab, account = '1000-0004-1') {
  await openAccount(tab, account);
  await tab.locator('main a[href^="/bills/"]:not([href$="/pdf"])').first().click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/correct"]').click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/fact"]').click();
  await tab.waitForLoadState();
  await sound(tab);
}

// Chooses what is told, and says it.
async function look(tab, kind, fields, tariff = 'R-1 ') {
  await tab.locator(`nav.facts-told a[href$="?kind=${kind}"]`).click();
  await tab.waitForLoadState();
  const power = tab.locator('#agreement option').filter({ hasText: tariff }).first();
  await tab.selectOption('#agreement', await power.getAttribute('value'));
  for (const [name, value] of Object.entries(fields)) await tab.fill(`#${name}`, value);
  await tab.locator('form[method=get] button').last().click();
  await tab.waitForLoadState();
  await sound(tab);
}

test('another tariff is looked at and told, and the account has corrected bills', async () => {
  const tab = await inside(browser);
  await form(tab);
  assert.equal(await tab.locator('#why').count(), 0);
  await look(tab, 'tariff', { name: 'R-TOU', from: '2026-06-10' });
  assert.ok(await tab.locator('main table').count() > 0);
  assert.match(await said(tab), /Believed so far: R-1/);
  await inSpanish(tab);
  await look(tab, 'tariff', { name: 'R-TOU', from: '2026-06-10' });
  assert.match(await said(tab), /Hasta ahora se creía: R-1 desde el/);
  await tab.fill('#why', 'put on the wrong one');
  await tab.fill('#evidence', 'application 88');
  await tab.locator('form[method=post] button.primary').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.match(tab.url(), /\/(accounts|approvals)/);
});

test('a price of its own and a multiplier are looked at, in both languages', async () => {
  const tab = await inside(browser);
  await form(tab, '1000-0020-7');
  await look(tab, 'price', { name: 'Energy', value: 'cheap', from: '2026-06-10' }, 'R-');
  assert.match(await alert(tab), /cheap is not a price/i);
  assert.equal(await tab.inputValue('#value'), 'cheap', 'what was typed stays');
  const names = await tab.locator('#name-known option').evaluateAll((all) => all.map((it) => it.value));
  assert.ok(names.length > 0, 'what the tariff charges is offered');
  await look(tab, 'price', { name: names[0], value: '0.01', from: '2026-06-10' }, 'R-');
  assert.match(await said(tab), /Believed so far: nothing/);
  await look(tab, 'multiplier', { value: '2' }, 'W-1 ');
  assert.match(await said(tab), /Believed so far: 1 times/);
  await inSpanish(tab);
  await look(tab, 'multiplier', { value: '2' }, 'W-1 ');
  assert.match(await said(tab), /Hasta ahora se creía: 1 veces/);
  await look(tab, 'multiplier', { value: '2', reads: '7' }, 'W-1 ');
  assert.match(await alert(tab), /[Dd]iga un día y lo que mostraba/);
});

test('what is believed already is refused in words, in Spanish too, and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await form(tab);
  await look(tab, 'tariff', { name: 'NO-1', from: '2026-06-10' }, 'R-');
  assert.match(await alert(tab), /No version of tariff NO-1/);
  await inSpanish(tab);
  await look(tab, 'tariff', { name: 'NO-1', from: '2026-06-10' }, 'R-');
  assert.match(await alert(tab), /inguna versión de la tarifa NO-1/);
  const exempt = { name: 'State sales tax', certificate: '', from: '2026-06-10' };
  await look(tab, 'exempt', { ...exempt, certificate: 'F-1' }, 'R-');
  assert.match(await alert(tab), /no mira State sales tax/);
});

test('a version of a tariff begins with the text that holds, and what is no text is refused', async () => {
  const tab = await inside(browser);
  await form(tab, '1000-0006-6');
  await tab.locator('nav.facts-told a[href^="/versions/new"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  const text = await tab.inputValue('#text');
  assert.match(text, /^tariff /, 'the text that holds is there');
  const press = async () => {
    await tab.locator('form[action="/versions/new"] button').click();
    await tab.waitForLoadState();
    expected(tab, 422);
    await sound(tab);
  };
  await press();
  assert.match(await alert(tab), /That is believed already/);
  await tab.fill('#text', 'tariff');
  await press();
  assert.equal(await tab.getByRole('alert').count(), 1);
  assert.equal((await tab.inputValue('#text')).trim(), 'tariff', 'what was typed stays');
});

test('who may not correct bills has no such form', async () => {
  const tab = await inside(browser, undefined, auditor);
  for (const path of ['/bills/B-1/fact', '/versions/new']) {
    const answer = await tab.goto(url + path);
    assert.equal(answer.status(), 403);
  }
});
