// Files from the bank and from agents, payments that come back or are another's, parts of what is held,
// mandates and the switch of debits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  auditor, clerk, expected, inSpanish, inside, launch, openAccount, press, sound, url,
} from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// Accounts whose balances no other test looks at.
const [ONE, OTHER] = ['1000-0071-0', '1000-0072-8'];

async function text(tab, selector) {
  return tab.locator(selector).first().innerText();
}

async function notice(tab) {
  return text(tab, 'p[role=status]');
}

function file(name, lines) {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(`${lines.join('\n')}\n`) };
}

// A statement of yesterday with credits: type, cents, reference, what it says.
function bai2(said) {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(2, 10).replaceAll('-', '');
  const total = 500_000 + said.reduce((sum, it) => sum + it[1], 0);
  return [
    `01,122099999,123456789,${day},0200,1,80,1,2/`,
    `02,031001234,122099999,1,${day},2359,USD,2/`,
    '03,1000017,USD,010,500000,,/',
    ...said.map(([kind, cents, reference, words]) => `16,${kind},${cents},0,${reference},,${words}`),
    `49,${total},${said.length + 2}/`,
    `98,${total},1,${said.length + 4}/`,
    `99,${total},1,${said.length + 6}/`,
  ];
}

async function send(tab, input, sent, form) {
  await tab.setInputFiles(input, sent);
  await tab.locator(`form[action="${form}"] button`).click();
  await tab.waitForLoadState();
}

async function number(tab, scrap) {
  await tab.goto(url);
  await openAccount(tab, scrap);
  return new URL(tab.url()).pathname.split('/').pop();
}

test('who may only look sees the pages and no forms, in Spanish and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } }, auditor);
  await inSpanish(tab);
  const it = await number(tab, ONE);
  for (const path of ['/bank', '/debits', `/accounts/${it}/payments`, `/accounts/${it}/debit`]) {
    await tab.goto(url + path);
    await sound(tab);
    assert.equal(await tab.locator('main form[method=post]:not([action="/keys"])').count(), 0, path);
  }
});

test('a statement is taken in once, and what nobody expected is settled', async () => {
  const tab = await inside(browser);
  const account = await number(tab, ONE);
  await tab.goto(`${url}/bank`);
  await sound(tab);
  const mark = Date.now() % 1_000_000;
  const statement = file('statement.bai', bai2([
    ['195', 4_321, `W${mark}`, `TRANSFER ${account}`],
    ['175', 1_234, `D${mark}`, 'COUNTER DEPOSIT'],
  ]));
  await send(tab, '#statement', statement, '/bank/statement');
  assert.match(await text(tab, 'section[role=status]'), /43\.21/);
  assert.match(await text(tab, 'section[role=status]'), /not expected/);
  await sound(tab);
  await send(tab, '#statement', statement, '/bank/statement');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /already/);
  await sound(tab);
  // What came in and nobody expected: without a word what it is, nothing is done, and nothing typed is lost.
  await tab.locator('tr', { hasText: '12.34' }).locator('a.btn').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.fill('#why', 'interest of the quarter');
  await tab.locator('form[action="/bank/settle"] button').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.equal(await tab.inputValue('#why'), 'interest of the quarter');
  await sound(tab);
  await tab.check('[name=is][value=ours]');
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /settled/);
  assert.doesNotMatch(await text(tab, 'main'), /12\.34/);
  // What the customer transferred is theirs.
  await tab.goto(`${url}/accounts/${account}/payments`);
  assert.match(await text(tab, 'main table'), /43\.21/);
  await sound(tab);
  await inSpanish(tab);
  await sound(tab);
});

test('a file of payments is posted if it comes to what was said; one of them moves and comes back', async () => {
  const tab = await inside(browser);
  const [one, other] = [await number(tab, ONE), await number(tab, OTHER)];
  const mark = `f${Date.now() % 1_000_000}`;
  const list = file('list.csv', [
    'account,amount,tender,reference,name', `${one},21.00,check,${mark}-1,`, `${one},22.50,check,${mark}-2,`,
  ]);
  await tab.goto(`${url}/bank`);
  await tab.fill('#count', '2');
  await tab.fill('#sum', '44.00');
  await send(tab, '#payments', list, '/bank/payments');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /43\.50/);
  assert.equal(await tab.inputValue('#count'), '2');
  await sound(tab);
  await tab.fill('#sum', '43.50');
  await send(tab, '#payments', list, '/bank/payments');
  assert.match(await text(tab, 'section[role=status]'), /Batch \d+[^]*2 posted, \$43\.50/);
  // One of them was another's.
  await tab.goto(`${url}/accounts/${one}/payments`);
  await tab.locator('a', { hasText: `${mark}-1` }).click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.fill('[name=to]', other);
  await tab.fill('[name=move-why]', 'they wrote the number of their neighbor');
  await tab.focus('[name=move-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /other account/);
  assert.match(await text(tab, 'main table'), new RegExp(`moved[^]*${other}|${other}[^]*moved`));
  // It came back, and the bank was wrong.
  await tab.fill('#return-why', 'no such account');
  await tab.focus('#return-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /owed again/);
  await sound(tab);
  await tab.fill('#mistake-why', 'they called: their fault');
  await tab.focus('#mistake-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /bank was wrong/);
  assert.equal(await tab.locator('form[action$="/mistake"], form[action$="/return"]').count(), 0);
  await inSpanish(tab);
  await sound(tab);
  // The other one never was right.
  await tab.goto(`${url}/accounts/${one}/payments`);
  await tab.locator('a', { hasText: `${mark}-2` }).click();
  await tab.waitForLoadState();
  await tab.fill('#void-why', 'typed twice');
  await tab.focus('#void-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /anulado/);
  await sound(tab);
});

test('parts of what is held go to several accounts, and the rest is held on', async () => {
  const tab = await inside(browser);
  const [one, other] = [await number(tab, ONE), await number(tab, OTHER)];
  const mark = `s${Date.now() % 1_000_000}`;
  await tab.goto(`${url}/bank`);
  await tab.fill('#count', '1');
  await tab.fill('#sum', '90.00');
  const list = file('held.csv', ['account,amount,tender,reference,name', `none,90.00,check,${mark},Two flats ${mark}`]);
  await send(tab, '#payments', list, '/bank/payments');
  await tab.goto(`${url}/suspense`);
  await tab.locator('a', { hasText: mark }).click();
  await tab.waitForLoadState();
  await sound(tab);
  const parts = async (...all) => {
    for (const [nth, [account, amount]] of all.entries()) {
      await tab.fill(`#part-to-${nth + 1}`, account);
      await tab.fill(`#part-amount-${nth + 1}`, amount);
    }
    await tab.fill('#part-why', 'the landlord wrote both flats on it');
    await tab.focus('#part-why');
    await press(tab, 'Enter');
  };
  await parts([one, '50.00'], [other, '60.00']);
  expected(tab, 422);
  assert.equal(await tab.inputValue('#part-amount-2'), '60.00');
  await sound(tab);
  await parts([one, '50.00'], [other, '30.00']);
  assert.match(await text(tab, 'dl.facts'), /\$10\.00/);
  await sound(tab);
});

test('a mandate is taken down, tried, changed and ended, and debits are stopped and let go', async () => {
  const tab = await inside(browser);
  const account = await number(tab, OTHER);
  const page = `${url}/accounts/${account}/debit`;
  await tab.goto(page);
  await sound(tab);
  await tab.fill('#routing', '231380105');
  await tab.fill('#number', '5544332211');
  await tab.locator('form[action$="/agree"] button').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.equal(await tab.inputValue('#number'), '', 'a number is not said again');
  await sound(tab);
  await tab.fill('#routing', '231380104');
  await tab.fill('#number', '5544332211');
  await tab.fill('#most', '150.00');
  await tab.focus('#most');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /taken down/);
  assert.match(await text(tab, 'main table'), /…2211[^]*\$150\.00/);
  assert.doesNotMatch(await tab.content(), /55443322/);
  await sound(tab);
  const later = new Date(Date.now() + 86_400_000 * 3).toISOString().slice(0, 10);
  await tab.fill('#from', later);
  await tab.fill('#collects', '15');
  await tab.fill('#change-why', 'paid on the 14th');
  await tab.focus('#change-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /changed/);
  assert.match(await text(tab, 'main table'), /on day 15/);
  await inSpanish(tab);
  await sound(tab);
  await tab.fill('#end-on', later);
  await tab.fill('#end-why', 'moves away');
  await tab.focus('#end-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /terminada/);
  // The switch: with its reason, for everybody to see.
  await tab.goto(`${url}/debits`);
  await tab.fill('#why', 'the bank is changing its system');
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.match(await text(tab, 'main'), /detenidos[^]*the bank is changing its system/);
  await sound(tab);
  await tab.fill('#why', 'it is done');
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.doesNotMatch(await text(tab, 'main'), /the bank is changing its system/);
});

test('a clerk takes files in and returns nothing', async () => {
  const tab = await inside(browser, {}, clerk);
  const account = await number(tab, ONE);
  await tab.goto(`${url}/bank`);
  assert.equal(await tab.locator('form[action="/bank/payments"]').count(), 1);
  await tab.goto(`${url}/accounts/${account}/payments`);
  await tab.locator('main th a').first().click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('form[action$="/return"]').count(), 0);
  await sound(tab);
});
