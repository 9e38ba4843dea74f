// What validation doubts, as a clerk decides about it: from the queue, one by one, all of a rule.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// The first exception of the rule that customers' reads fall under.
async function open(tab) {
  await tab.goto(`${url}/exceptions?rule=high`);
  await tab.locator('main td a[href^="/exceptions/"]').first().click();
  await tab.waitForLoadState();
}

test('a task leads to its exception, which shows what it is compared with', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/tasks`);
  await tab.locator('button[value=scan]').click();
  await tab.getByRole('status').waitFor();
  await tab.goto(`${url}/tasks?kind=doubtful-read`);
  assert.match(await tab.locator('.ev .lead').innerText(), /meter W-5401\d\d .* waits: /);
  await tab.locator('.things a[href^="/exceptions/"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /a day from .* where .* is usual/);
  assert.match(await tab.locator('.opt [value=take-read]').innerText(), /would bill \$/);
  assert.ok(1 <= await tab.locator('svg.wide-only rect.doubted').count(), 'what is in doubt stands out');
  assert.ok(2 < await tab.locator('svg.wide-only rect.water').count(), 'its history is beside it');
  for (const page of ['/meters/', '/accounts/', '/premises/', '/points/', '/tasks?task=']) {
    assert.ok(1 <= await tab.locator(`.who a[href^="${page}"]`).count(), `${page} is a link`);
  }
  // The numbers of the picture are a table too.
  assert.match(await tab.locator('table').innerText(), /customer, in doubt/);
});

test('an exception is decided by keys alone, and what is decided is not decided twice', async () => {
  const tab = await inside(browser);
  await open(tab);
  const address = tab.url();
  const other = await inside(browser);
  await other.goto(address);
  await tabTo(tab, '#why');
  await tab.keyboard.type('The customer read the wrong dial.');
  // Enter in the field takes no way out.
  await tab.keyboard.press('Enter');
  await tab.waitForTimeout(200);
  assert.equal(tab.url(), address);
  await tab.keyboard.press('Escape');
  await press(tab, '2');
  await tab.getByRole('status').waitFor();
  assert.equal(await tab.locator('.opt').count(), 0);
  assert.match(await tab.locator('.head').innerText(), /Estimate/i);
  await sound(tab);
  // Who looked at it meanwhile is told, and keeps what was typed.
  await other.fill('#why', 'It is right.');
  await other.locator('.opt [value=take-read]').click();
  await other.getByRole('alert').waitFor();
  assert.match(await other.getByRole('alert').innerText(), /is estimated already/);
  expected(other, 409);
  await sound(other);
});

test('all of one rule is put off at once, in Spanish and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await inSpanish(tab);
  await open(tab);
  const page = await tab.locator('main').innerText();
  assert.match(page, /medidor W-5401\d\d .* \(del cliente\) espera: .* al día del/);
  assert.match(page, /facturaría \$/);
  assert.doesNotMatch(page, /\b(meter|usual is|a day|in doubt|would)\b|\d{4}-\d\d-\d\d/);
  await sound(tab);
  await tab.goto(`${url}/exceptions?rule=high`);
  await sound(tab);
  const rows = await tab.locator('main tbody tr').count();
  assert.match(await tab.locator('.opt [value=put-off]').innerText(), new RegExp(`${rows} de ${rows}`));
  await tab.locator('.opt [value=put-off]').click();
  await tab.getByRole('status').waitFor();
  await tab.goto(`${url}/tasks?kind=doubtful-read`);
  assert.equal(await tab.locator('.queue tbody tr').count(), 0, 'they come back in three days');
  await sound(tab);
});

test('a file that waits whole shows what its registers did, and what each way out would do', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/exceptions?rule=stale`);
  await tab.locator('main td a[href^="/exceptions/"]').first().click();
  await tab.waitForLoadState();
  await sound(tab);
  const page = await tab.locator('main').innerText();
  assert.match(page, /route-1\.csv: \d+ % of the registers of the file stand where they stood/);
  assert.match(page, /Factor found, the middle of all: ×0 \(\d+ registers\)/);
  assert.match(await tab.locator('.opt [value=take-file]').innerText(), /reads taken: \d+, waiting one by one: \d+/);
  assert.match(await tab.locator('.opt [value=refuse-file]').innerText(), /reads left out: \d+/);
  // Those that stand still stand out; a line says where they were in the cycle before.
  assert.ok(1 <= await tab.locator('svg.wide-only rect.doubted').count());
  assert.ok(1 <= await tab.locator('svg.wide-only line.before').count());
  const rows = tab.locator('main table tbody tr');
  assert.equal(await rows.count(), 10);
  assert.match(await rows.nth(1).innerText(), /stand still\s+\d\d\s+0\s+\d+ %/i);
  // On a telephone, in the dark and in Spanish it is as sound.
  const small = await inside(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' });
  await inSpanish(small);
  await small.goto(tab.url());
  await sound(small);
  assert.ok(await small.locator('svg.narrow-only').first().isVisible());
  const said = await small.locator('main').innerText();
  assert.match(said, /Factor hallado, el del medio: ×0/);
  assert.doesNotMatch(said, /\b(registers|stand still|the cycle before|reads taken|went back)\b/);
});

test('who may only look decides nothing', async () => {
  const tab = await inside(browser, {}, auditor);
  await tab.goto(`${url}/exceptions`);
  await sound(tab);
  await open(tab);
  await sound(tab);
  assert.equal(await tab.locator('.opt button').count(), 0);
  await tab.goto(`${url}/exceptions/999999`);
  expected(tab, 404);
  assert.match(await tab.locator('main').innerText(), /no/);
});
