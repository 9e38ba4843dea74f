// Reports as an accountant meets them: asked for in the address, a figure leads to its lines, a line to
// its bill, the bill to its entries and back; files can be carried away; both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const kinds = ['balances', 'ageing', 'ledger', 'lines', 'revenue', 'taxes', 'franchise-fees',
  'deposits', 'write-offs', 'payments', 'adjustments'];
const days = 'from=2026-01-01&through=2026-12-31';
const of = (kind) => (['balances', 'ageing'].includes(kind) ? 'on=2026-10-31' : days);

test('every report is sound and adds up, wide and narrow, in both languages', async () => {
  const tab = await inside(browser);
  await tab.locator('.top a[href="/reports"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  for (const kind of kinds) {
    await tab.goto(`${url}/reports/${kind}?${of(kind)}`);
    await sound(tab);
    for (const row of await tab.locator('section:last-of-type tbody tr').all()) {
      const [, report, ledger] = await row.locator('td').allInnerTexts();
      assert.equal(report, ledger, kind);
    }
  }
  await inSpanish(tab);
  for (const kind of kinds) {
    await tab.goto(`${url}/reports/${kind}?${of(kind)}`);
    assert.doesNotMatch(await tab.locator('main').innerText(), /Amount|Account |Taken back|ledger/, kind);
  }
  const narrow = await inside(browser, { viewport: { width: 380, height: 800 } });
  await narrow.goto(`${url}/reports/revenue?${days}`);
  await sound(narrow);
  assert.ok(await narrow.locator('svg.narrow-only rect').count() > 0);
});

test('a figure leads to its lines, a line to its bill, the bill to its entries and back', async () => {
  const tab = await inside(browser, undefined, auditor);
  await tab.goto(`${url}/reports/revenue?${days}`);
  assert.ok(await tab.locator('svg.wide-only rect').count() > 0);
  const figure = tab.locator('tbody td.num a').first();
  const amount = await figure.innerText();
  await figure.click();
  await tab.waitForURL(/reports\/lines\?.*gl=4010/);
  const total = await tab.locator('tfoot td.num').last().innerText();
  assert.equal(total.replace('−', ''), amount.replace('−', ''));
  await sound(tab);
  await tab.locator('tbody a[href^="/bills/"]').first().click();
  await tab.waitForLoadState();
  await tab.locator('.acts a[href$="/entries"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /1200 receivable/);
  await tab.locator('main h2 a[href^="/entries/"]').first().click();
  await tab.waitForURL(/entries\/\d+$/);
  await sound(tab);
  await tab.locator('tbody a[href*="gl=4010"], tbody a[href*="gl=4020"], tbody a[href*="gl=4030"]').first().click();
  await tab.waitForURL(/reports\/lines/);
  await tab.goto(`${url}/reports/payments?${days}`);
  await tab.locator('tbody td.num a').first().click();
  await tab.waitForURL(/gl=1010/);
  await sound(tab);
});

test('a form is sent by keys, what is wrong is said beside it, and files are carried away', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/reports/balances?on=2026-10-31`);
  await tab.locator('#account').fill('1000-0001-9');
  await tabTo(tab, 'form.asked button');
  await press(tab, 'Enter');
  assert.match(await tab.locator('.error').innerText(), /1000-0001-9 is no account number/);
  assert.equal(await tab.locator('#account').inputValue(), '1000-0001-9');
  await sound(tab);
  await tab.locator('#account').fill('1000-0001-7');
  await press(tab, 'Enter');
  assert.equal(await tab.locator('section.turns').first().locator('tbody tr').count(), 1);
  assert.match(await tab.locator('thead').first().innerText(), /Unbilled/i);
  for (const [end, begins] of [['csv', '# report: balances\n'], ['xlsx', 'PK']]) {
    const [file] = await Promise.all([
      tab.waitForEvent('download'),
      tab.locator(`.acts a[href*=".${end}?"]`).click(),
    ]);
    assert.equal(file.suggestedFilename(), `balances-2026-10-31.${end}`);
    const chunks = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    assert.ok(bytes.toString('latin1').startsWith(begins));
  }
  await tab.goto(`${url}/reports/ageing?on=2026-10-31&known=2026-13-01`);
  assert.match(await tab.locator('.error').innerText(), /2026-13-01 is no day/);
  await tab.goto(`${url}/reports/nothing`);
  expected(tab, 404);
});
