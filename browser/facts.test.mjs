// A fact that bills were made of, told otherwise as an analyst does it: looked at, told, and what is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, inSpanish, inside, launch, openAccount, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// From a customer's newest bill to the form.
async function form(tab) {
  await openAccount(tab, '1000-0004-1');
  await tab.locator('main a[href^="/bills/"]:not([href$="/pdf"])').first().click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/correct"]').click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/fact"]').click();
  await tab.waitForLoadState();
  await sound(tab);
}

async function look(tab, kind, name, from) {
  await tab.selectOption('#kind', kind);
  await tab.fill('#name', name);
  await tab.fill('#from', from);
  await tab.locator('form[method=get] button').last().click();
  await tab.waitForLoadState();
  await sound(tab);
}

test('another tariff is looked at and told, and the account has corrected bills', async () => {
  const tab = await inside(browser);
  await form(tab);
  assert.equal(await tab.locator('#why').count(), 0);
  const power = tab.locator('#agreement option').filter({ hasText: 'R-1 ' }).first();
  await tab.selectOption('#agreement', await power.getAttribute('value'));
  await look(tab, 'tariff', 'R-TOU', '2026-06-10');
  assert.ok(await tab.locator('main table').count() > 0);
  assert.match(await tab.locator('main').innerText(), /Believed so far: R-1/);
  await inSpanish(tab);
  await look(tab, 'tariff', 'R-TOU', '2026-06-10');
  assert.match(await tab.locator('main').innerText(), /Hasta ahora se creía: R-1 desde el/);
  await tab.fill('#why', 'put on the wrong one');
  await tab.fill('#evidence', 'application 88');
  await tab.locator('form[method=post] button.primary').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.match(tab.url(), /\/(accounts|approvals)/);
});

test('what is believed already is refused in words, in Spanish too, and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await form(tab);
  await look(tab, 'tariff', 'NO-1', '2026-06-10');
  assert.match(await tab.locator('p[role=status]').innerText(), /no version of tariff NO-1/);
  await inSpanish(tab);
  await look(tab, 'tariff', 'NO-1', '2026-06-10');
  assert.match(await tab.locator('p[role=status]').innerText(), /ninguna versión de la tarifa NO-1/);
  await look(tab, 'exempt', 'State sales tax', '2026-06-10');
  assert.match(await tab.locator('p[role=status]').innerText(), /no mira State sales tax/);
});

test('who may not correct bills has no such form', async () => {
  const tab = await inside(browser, undefined, auditor);
  const answer = await tab.goto(`${url}/bills/B-1/fact`);
  assert.equal(answer.status(), 403);
});
