// Bills off a cycle: a charge is looked at, billed, refused a second time and taken back; the days so far are billed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const account = '1000-0007-4';
const will = (tab) => tab.locator('#will');

async function look(tab) {
  await tab.locator('form[method=get] button.btn').last().click();
  await tab.waitForLoadState();
  await sound(tab);
}

test('charges are looked at, billed with a reference, refused a second time, and taken back', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/${account}`);
  await press(tab, 'o');
  await sound(tab);
  assert.equal(await will(tab).count(), 0);
  await tab.check('#kind-visit');
  await tab.fill('#kind-truck', '3.5');
  await tab.fill('#amount-1', '20.00');
  await tab.fill('#label-1', 'Copy of a bill');
  await tab.fill('#reference', 'order 88');
  await look(tab);
  const said = await will(tab).innerText();
  // 75.00, 3.5 × 12.50 = 43.75, its tax of 6.25% 2.73, and 20.00.
  for (const it of ['$75.00', '$43.75', '$2.73', '$20.00', '$141.48']) assert.ok(said.includes(it), `${it} in ${said}`);
  assert.equal(await tab.inputValue('#reference'), 'order 88', 'what was typed stays');
  await tab.fill('#why', 'asked for at the counter');
  await tabTo(tab, '#will button');
  await press(tab, 'Enter');
  await sound(tab);
  assert.match(tab.url(), new RegExp(`/accounts/${account}`));
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  const bill = tab.locator('main a[href^="/bills/B-"]').filter({ hasText: /-O\d+$/ }).first();
  const number = await bill.innerText();

  await tab.goto(`${url}/accounts/${account}/once?kind-visit=yes&reference=order+88`);
  assert.match(await tab.getByRole('alert').innerText(), new RegExp(`billed already, by ${number}`));
  await sound(tab);
  await inSpanish(tab);
  assert.match(await tab.getByRole('alert').innerText(), /Eso ya está facturado/);
  await sound(tab);

  await tab.goto(`${url}/bills/${number}`);
  await tab.locator('main a[href*="/once?back="]').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.match(await will(tab).innerText(), /−\$141\.48/);
  await tab.fill('#why', 'the wrong account');
  await tab.locator('#will button').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.goto(`${url}/bills/${number}`);
  assert.equal(await tab.locator('main a[href*="/once?back="]').count(), 0, 'it is taken back once');
});

test('what cannot be charged is refused beside the form, at 320 pixels too', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await tab.goto(`${url}/accounts/${account}/once`);
  await sound(tab);
  await tab.fill('#kind-truck', 'many');
  await look(tab);
  assert.match(await tab.getByRole('alert').innerText(), /[Tt]ruck is charged as truck=COUNT/);
  assert.equal(await tab.inputValue('#kind-truck'), 'many');
});

test('the days so far of one service are looked at and billed, and not a second time', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/1000-0152-8`);
  await press(tab, 'i');
  await sound(tab);
  await tab.fill('#to', '2099-01-01');
  await look(tab);
  assert.match(await tab.getByRole('alert').innerText(), /are not over/);
  // Hours of a day are known, what dials showed on it is not.
  await tab.fill('#to', '2026-11-02');
  await look(tab);
  assert.match(await tab.getByRole('alert').innerText(), /waits for its bill: .*has no read for/);
  await inSpanish(tab);
  assert.match(await tab.getByRole('alert').innerText(), /espera su factura: .*falta la lectura/);
  const power = tab.locator('#service option').filter({ hasText: 'Electricidad' });
  await tab.selectOption('#service', await power.getAttribute('value'));
  await tab.check('#accept');
  await look(tab);
  assert.match(await will(tab).innerText(), /16 oct 2026 – 1 nov 2026/);
  await tabTo(tab, '#will button');
  await press(tab, 'Enter');
  await sound(tab);
  assert.match(tab.url(), /\/bills\/B-\d{6}-\d{8}-I\d+$/);
  assert.match(await tab.locator('main').innerText(), /16 oct 2026 – 1 nov 2026, 17 días/);
  await tab.goBack();
  assert.match(await tab.getByRole('alert').innerText(), /ya tienen factura/);
  assert.equal(await will(tab).count(), 0);
  await sound(tab);
});

test('who may only look has neither form', async () => {
  const tab = await inside(browser, undefined, auditor);
  await tab.goto(`${url}/accounts/${account}`);
  assert.equal(await tab.locator('main a[href$="/once"], main a[href$="/interim"]').count(), 0);
  for (const path of ['once', 'interim']) {
    const answer = await tab.goto(`${url}/accounts/${account}/${path}`);
    assert.equal(answer.status(), 403);
  }
  expected(tab, 403);
});
