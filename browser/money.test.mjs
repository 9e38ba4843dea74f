// Money as cashiers, collectors and accountants handle it: a drawer and its payments, suspense, the
// collections board, credit of an account, direct debit, write-offs, and closing the day last.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  auditor, clerk, collector, expected, inSpanish, inside, launch, openAccount, press, sound, tabTo, url,
} from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// An account whose balance no other test looks at.
const THEIRS = '1000-0069-4';
const PAGES = ['/money', '/suspense', '/collections', '/collections/tonight', '/debits', '/write-offs', '/close'];

async function text(tab, selector) {
  return tab.locator(selector).first().innerText();
}

async function notice(tab) {
  return text(tab, 'p[role=status]');
}

// An account of the sample utility: its number and whose it is.
async function someone(tab, scrap) {
  await tab.goto(url);
  await openAccount(tab, scrap);
  return { number: new URL(tab.url()).pathname.split('/').pop(), name: await text(tab, 'h1') };
}

test('who may only look sees every page of money and no forms, in Spanish and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } }, auditor);
  await inSpanish(tab);
  for (const path of PAGES) {
    await tab.goto(url + path);
    await sound(tab);
    assert.equal(await tab.locator('main form[method=post]:not([action="/keys"])').count(), 0, path);
  }
  await tab.goto(`${url}/drawer`);
  expected(tab, 403);
});

test('what was cut off is said on its page: who began it, until when it went on, and how to go on', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } }, auditor);
  await tab.goto(`${url}/collections/tonight`);
  const steps = await text(tab, '#broken');
  assert.match(steps, /Cut off when the program ended/);
  assert.match(steps, new RegExp(`Begun\\s+\\S.*, ${collector}`));
  assert.match(steps, /Went on until\s+\S/);
  assert.match(steps, /nothing is done twice/);
  await sound(tab);
  await tab.goto(`${url}/close`);
  assert.match(await text(tab, '#broken h2'), /Cut off when the program ended: [A-Z][a-z]{2} \d/);
  await inSpanish(tab);
  assert.match(await text(tab, '#broken'), /Se interrumpió al terminar el programa: \d[\s\S]*Ciérrelo otra vez/);
  await sound(tab);
  // It leads to the day that was to be closed.
  await tabTo(tab, '#broken a');
  await press(tab, 'Enter');
  assert.match(tab.url(), /\/close\?on=\d{4}-\d\d-\d\d$/);
  await sound(tab);
});

test('a drawer is opened by counts, payments are entered by keyboard, and it is counted and closed', async () => {
  const tab = await inside(browser, {}, clerk);
  const { number, name } = await someone(tab, THEIRS);
  await tab.goto(`${url}/drawer`);
  await sound(tab);
  await tab.fill('[name="piece-20"]', '5');
  await tab.fill('[name=rest]', '3.50');
  await tab.focus('[name=rest]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /open/);
  assert.match(await text(tab, 'main table'), /103\.50/);
  await sound(tab);
  await tab.locator('h1').click();
  await press(tab, 'e');
  await sound(tab);
  // Hands stay on the keyboard: the control, then lines; whose it is stands there before anything is posted.
  const slip = `slip ${Date.now()}`;
  const type = async (...words) => {
    for (const word of words) {
      await tab.keyboard.type(word);
      await tab.keyboard.press('Tab');
    }
  };
  await tabTo(tab, '#count');
  await type('2', '30.00', number, '12.50', 'ca', `${slip} 1`, `${name} by letter`, '17.50', 'ch', `${slip} 2`);
  await tab.locator('#said-1', { hasText: name }).waitFor();
  await tab.locator('#said-2', { hasText: /suspense/ }).waitFor();
  await tab.locator('#sums .chip.good').waitFor();
  assert.equal(await tab.locator('p[role=status]').count(), 0, 'nothing is posted yet');
  await sound(tab);
  await tabTo(tab, 'button[value=post]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /Batch \d+: all of it is posted/);
  await sound(tab);
  // A control that does not agree posts nothing, and nothing that was typed is lost.
  await tab.fill('#count', '1');
  await tab.fill('#total', '99.00');
  await tab.fill('#whose-1', number);
  await tab.fill('#amount-1', '9.00');
  await tab.fill('#reference-1', `${slip} 3`);
  await tab.locator('button[value=post]').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /1 of \$9\.00 came in all, and 1 of \$99\.00/);
  assert.equal(await tab.inputValue('#reference-1'), `${slip} 3`);
  await sound(tab);
  // The same slip again is refused beside its line.
  await tab.fill('#total', '12.50');
  await tab.fill('#amount-1', '12.50');
  await tab.selectOption('[name=tender] >> nth=0', 'cash');
  await tab.fill('#reference-1', `${slip} 1`);
  await tab.locator('button[value=post]').click();
  await tab.locator('#said-1 .error').waitFor();
  expected(tab, 422);
  assert.match(await text(tab, '#said-1 .error'), /posted already/);
  await tab.goto(`${url}/drawer`);
  assert.match(await text(tab, 'main table'), /116\.00/);
  await sound(tab);
  // What never was right is voided, and is in the drawer no more.
  await tab.fill('[name=void]', 'typed twice');
  await tab.locator('tr', { hasText: `${slip} 1` }).locator('button').click();
  await tab.waitForLoadState();
  assert.match(await text(tab, 'main table'), /103\.50/);
  await sound(tab);
  // It is short: nobody closes it without saying why.
  await tab.fill('[name="piece-20"]', '5');
  await tab.focus('#why');
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /\$100\.00 was counted and \$103\.50 should be there/);
  assert.match(await text(tab, '#says'), /checks: 0 of \$0\.00 counted, 1 of \$17\.50 should be there/);
  assert.equal(await tab.inputValue('[name="piece-20"]'), '5');
  await tab.fill('[name=checks]', '1');
  await tab.fill('[name="checks-sum"]', '17.50');
  await sound(tab);
  await tab.fill('#why', 'change was given wrongly');
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /closed/);
  assert.match(await text(tab, 'main table'), /\u2212\$3\.50/);
  await sound(tab);
});

test('payments are entered without script, and more lines are there when asked for', async () => {
  const tab = await inside(browser, { javaScriptEnabled: false });
  const { number, name } = await someone(tab, THEIRS);
  await tab.goto(`${url}/payments`);
  await tab.fill('#count', '1');
  await tab.fill('#total', '5.00');
  await tab.fill('#whose-1', number);
  await tab.fill('#amount-1', '5.00');
  await tab.focus('#amount-1');
  await press(tab, 'Enter');
  assert.match(await text(tab, '#said-1'), new RegExp(name));
  assert.match(await text(tab, '#said-1 .error'), /reference/);
  await tab.locator('button[value=more]').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('[name=whose]').count(), 16);
  await tab.fill('#reference-1', `no script ${Date.now()}`);
  await tab.locator('button[value=post]').click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /posted/);
});

test('held money says whom it might be from and why, is matched, and is given back', async () => {
  const tab = await inside(browser);
  const { number, name } = await someone(tab, THEIRS);
  await tab.goto(`${url}/payments`);
  const slip = `letter ${Date.now()}`;
  await tab.fill('#count', '2');
  await tab.fill('#total', '42.00');
  for (const [nth, whose, amount] of [[1, `${name} account ${number}`, '40.00'], [2, 'no name at all', '2.00']]) {
    await tab.fill(`#whose-${nth}`, whose);
    await tab.fill(`#amount-${nth}`, amount);
    await tab.fill(`#reference-${nth}`, `${slip} ${nth}`);
  }
  await tab.locator('button[value=post]').click();
  await tab.waitForLoadState();
  await tab.goto(`${url}/suspense`);
  await sound(tab);
  await tab.locator('main td a', { hasText: `${name} account ${number}` }).first().click();
  await tab.waitForLoadState();
  await sound(tab);
  const row = tab.locator('main tbody tr', { hasText: number });
  assert.match(await row.innerText(), /its number is said/);
  // An account that is none is refused, and what was typed is kept.
  await tab.fill('#why', 'the letter says so');
  await tab.fill('#other', '1234');
  await tab.focus('#other');
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /1234 is no account/);
  assert.equal(await tab.inputValue('#why'), 'the letter says so');
  await sound(tab);
  await tab.locator('main tbody tr', { hasText: number }).locator('button').click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /payment of that account/);
  await tab.locator('main td a', { hasText: 'no name at all' }).first().click();
  await tab.waitForLoadState();
  assert.match(await text(tab, 'main'), /Nothing speaks for any account/);
  await tab.fill('#return', 'nobody asked for it');
  await tab.focus('#return');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /given back/);
  await sound(tab);
});

test('the board says where cases stand, what tonight would do, and stops cuts', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/collections`);
  await sound(tab);
  await tab.locator('main table').first().locator('tbody a').first().click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('tr.now').count(), 1);
  await sound(tab);
  await tab.fill('#why-cuts', 'a storm');
  await tab.focus('#why-cuts');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /kept with your name/);
  assert.match(await text(tab, 'main'), /a storm/);
  await sound(tab);
  // An account says why it is not cut off, and with which rule.
  const number = await text(tab, 'main td a[href$="/credit"]');
  await tab.fill('#account', number);
  await tab.focus('#account');
  await press(tab, 'Enter');
  assert.match(await text(tab, '#cut'), /Cuts are stopped: a storm|cuts are stopped: a storm/i);
  await sound(tab);
  await tab.goto(`${url}/collections`);
  await tab.fill('#why-cuts', 'it is over');
  await tab.focus('#why-cuts');
  await press(tab, 'Enter');
  // Steps are foretold, and taken.
  await tab.locator('h1').click();
  await press(tab, 't');
  await sound(tab);
  const steps = await tab.locator('main form tbody tr').count();
  assert.ok(1 <= steps, 'a step comes next for somebody');
  await tab.locator('main form button', { hasText: 'Take these steps' }).click();
  await tab.waitForLoadState();
  assert.match(await text(tab, 'section[role=status]'), /: \d+/);
  assert.equal(await tab.locator('#broken').count(), 0, 'the rest is done');
  await sound(tab);
});

test('what an agency promises is written down, said on the account and taken back', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/collections`);
  const number = await tab.locator('main td a[href$="/credit"]').first().innerText();
  await tab.goto(`${url}/accounts/${number}/credit`);
  await tab.fill('#pledge-agency', 'Hill County Relief');
  await tab.fill('#pledge-amount', '12.x');
  const soon = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  await tab.fill('#pledge-until', soon);
  await tab.fill('#pledge-why', 'voucher 7');
  await tab.focus('#pledge-why');
  await press(tab, 'Enter');
  assert.match(await text(tab, '#says'), /12\.x/);
  assert.equal(await tab.inputValue('#pledge-agency'), 'Hill County Relief');
  assert.equal(await tab.inputValue('#pledge-until'), soon);
  expected(tab, 422);
  await sound(tab);
  await tab.fill('#pledge-amount', '12.00');
  await tab.focus('#pledge-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /written down/);
  assert.match(await text(tab, '#pledges'), /Hill County Relief open[\s\S]*\$12\.00/);
  await sound(tab);
  await tab.goto(`${url}/accounts/${number}`);
  assert.match(await text(tab, 'main'), /\$12\.00 pledged/);
  await sound(tab);
  await tab.goto(`${url}/accounts/${number}/credit`);
  await tab.fill('[name=pledge-cancel-why]', 'for another house');
  await tab.focus('[name=pledge-cancel-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /taken back/);
  assert.match(await text(tab, '#pledges'), /taken back/);
  await sound(tab);
});

test('an arrangement takes two screens, and shields from a cut', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/collections`);
  const number = await tab.locator('main td a[href$="/credit"]').last().innerText();
  await tab.goto(`${url}/accounts/${number}`);
  let screens = 0;
  tab.on('framenavigated', () => { screens += 1; });
  await press(tab, 'a');
  await sound(tab);
  const offers = tab.locator('.offer');
  assert.ok(1 <= await offers.count() && await offers.count() <= 3);
  await offers.last().locator('input').check();
  await tab.fill('#plan-why', 'by phone');
  await tab.focus('#plan-why');
  await press(tab, 'Enter');
  assert.ok(screens <= 2, `${screens} screens`);
  assert.match(await notice(tab), /agreed to/);
  assert.match(await text(tab, '#plan'), /in time/);
  assert.match(await text(tab, '#cut'), /Payment arrangement/);
  await sound(tab);
  await tab.fill('[name=plan-why]', 'paid otherwise');
  await tab.focus('[name=plan-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /ended/);
});

test('a late fee is waived in two screens, a protection granted with evidence and ended', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/collections`);
  const numbers = await tab.locator('main td a[href$="/credit"]').allInnerTexts();
  let fee;
  for (const number of numbers) {
    await tab.goto(`${url}/accounts/${number}`);
    let screens = 0;
    const count = () => { screens += 1; };
    tab.on('framenavigated', count);
    await press(tab, 'w');
    fee = tab.locator('#fees button[name=fee]').first();
    if (await fee.count()) {
      await tab.fill('#fee-why', 'First time, as a courtesy');
      await fee.click();
      await tab.waitForLoadState();
      assert.ok(screens <= 2, `${screens} screens`);
      tab.off('framenavigated', count);
      break;
    }
    tab.off('framenavigated', count);
  }
  assert.match(await notice(tab), /not asked for/);
  await sound(tab);
  await tab.selectOption('#shield', 'medical');
  await tab.fill('#evidence', 'certificate 7 of Dr. Ames');
  await tab.focus('#evidence');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /granted/);
  assert.match(await text(tab, '#cut'), /Medical: Certificate 7|Medical: certificate 7/);
  assert.match(await text(tab, '#cut'), /Until/i);
  await sound(tab);
  // A rule asks for an infant: said with its proof, it shields by its source, here and on the board.
  await tab.selectOption('#fact', 'infant');
  await tab.fill('#fact-evidence', 'birth certificate');
  await tab.focus('#fact-evidence');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /kept with its evidence/);
  assert.match(await text(tab, '#cut'), /small child lives there \(MA, LIHEAP Clearinghouse\)\s*until/i);
  await sound(tab);
  const credit = tab.url();
  await tab.goto(`${url}/collections`);
  assert.match(await text(tab, 'main'), /small child lives there \(MA, LIHEAP Clearinghouse\), until/i);
  await sound(tab);
  await tab.goto(credit);
  await tab.fill('[name=fact-why]', 'moved away');
  await tab.focus('[name=fact-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /until today/);
  // Without a reason the browser asks; a level or a deposit is begun with one.
  await tab.fill('[name=deposit-amount]', '50.00');
  await tab.fill('[name=deposit-why]', 'two bills came late');
  await tab.focus('[name=deposit-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /asked for/);
  await tab.fill('#budget-why', 'by phone');
  await tab.focus('#budget-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /levelled/);
  await sound(tab);
  await tab.fill('[name=protect-why]', 'moved away');
  await tab.focus('[name=protect-why]');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /ended/);
  await inSpanish(tab);
  await sound(tab);
});

test('what is due is taken in one file, and the bank gets it', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/debits?on=2027-12-31`);
  await sound(tab);
  assert.match(await text(tab, 'main'), /To be taken/);
  await tab.locator('form[action="/debits/make"] button').first().click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /is taken/);
  await sound(tab);
  await tab.locator('main th a[href^="/debits/"]').first().click();
  await tab.waitForLoadState();
  await sound(tab);
  const [file] = await Promise.all([
    tab.waitForEvent('download'),
    tab.locator('form[action$="/file"] button').click(),
  ]);
  assert.match(file.suggestedFilename(), /^debits-\d+\.ach$/);
  // The bank did not take it: it is called off, with a reason, and nobody gets it any more.
  await tab.locator('form[action$="/call-off"] button').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /[Ss]ay why/);
  await sound(tab);
  await tab.fill('#why', 'the bank does not know our company');
  await tab.locator('form[action$="/call-off"] button').click();
  assert.match(await notice(tab), /Called off, .* the bank does not know our company/);
  assert.equal(await tab.locator('form[action$="/file"], form[action$="/call-off"]').count(), 0);
  await sound(tab);
  await inSpanish(tab);
  await tab.setViewportSize({ width: 320, height: 700 });
  await sound(tab);
  // It is said in the list of files, and what was in it is due again.
  await tab.goto(`${url}/debits?on=2027-12-31`);
  assert.match(await text(tab, 'main tr:has(a[href^="/debits/"])'), /Anulado/);
  assert.ok(await tab.locator('form[action="/debits/make"]').count(), 'it is to be taken again');
  await sound(tab);
  await tab.setViewportSize({ width: 1440, height: 900 });
  // What is no file of a bank is refused.
  await tab.goto(`${url}/debits`);
  await tab.setInputFiles('#file', { name: 'back.ach', mimeType: 'text/plain', buffer: Buffer.from('nothing\n') });
  await tab.locator('form[action="/debits/returned"] button').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  await sound(tab);
});

test('what collections put forward is given up together, and beyond a limit by two', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/write-offs`);
  await sound(tab);
  // Nothing chosen is refused.
  await tab.fill('#why', 'nobody is found there');
  await tab.focus('#why');
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /[Cc]hoose/);
  assert.equal(await tab.inputValue('#why'), 'nobody is found there');
  await sound(tab);
  const boxes = tab.locator('[name=chosen]');
  for (let nth = 0; nth < Math.min(2, await boxes.count()); nth += 1) await boxes.nth(nth).check();
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.match(await text(tab, 'section[role=status]'), /waits for a second person|given up/);
  await sound(tab);
});

test('a debt goes to another account in two screens, seen before it is done and by two', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/collections`);
  const numbers = await tab.locator('main td a[href$="/credit"]').allInnerTexts();
  const [from, to] = numbers.slice(4, 6);
  await tab.goto(`${url}/accounts/${from}`);
  let screens = 0;
  const count = () => { screens += 1; };
  tab.on('framenavigated', count);
  await press(tab, 'm');
  assert.match(await text(tab, 'h1'), /Transfer a debt/);
  assert.match(await text(tab, '#will'), /Say to which account/);
  await sound(tab);
  // Who types it sees at once what it does to both.
  await tabTo(tab, '#to');
  await tab.keyboard.type(to);
  await tab.keyboard.press('Tab');
  await tab.locator('#will table').nth(1).waitFor();
  const will = await text(tab, '#will');
  assert.match(will, /A second person has to agree/);
  for (const it of [from, to, 'Balance', 'Past due', 'Oldest due', 'Collections', 'Nothing is done yet']) {
    assert.ok(will.includes(it), `${it} in ${will}`);
  }
  assert.match(await tab.locator('#will tbody').first().innerText(), /Balance\s+\$[\d,.]+\s+\$0\.00/);
  await sound(tab);
  await tabTo(tab, '#why');
  await tab.keyboard.type('they live there now');
  await tabTo(tab, 'button[value=transfer]');
  await press(tab, 'Enter');
  assert.ok(screens <= 2, `${screens} screens`);
  tab.off('framenavigated', count);
  assert.match(tab.url(), /\/approvals$/);
  await inSpanish(tab);
  assert.match(await text(tab, 'main'), new RegExp(`Traspasar una deuda[^]*cuenta ${from}, que la deba ${to}`));
  await sound(tab);
  const second = await inside(browser);
  await second.goto(`${url}/approvals`);
  await second.locator('section', { hasText: `${from}, to be owed by ${to}` }).locator('button[formaction$="/give"]').click();
  await second.waitForLoadState();
  await second.goto(`${url}/accounts/${from}/transfer`);
  assert.match(await text(second, 'main'), /nothing to transfer/);
  await sound(second);
});

test('a credit is transferred without script, and never before what it does was seen', async () => {
  const tab = await inside(browser, { javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
  await inSpanish(tab);
  await tab.goto(`${url}/accounts/1000-0070-2/transfer`);
  assert.match(await text(tab, 'h1'), /Traspasar un crédito/);
  await tab.fill('#to', THEIRS);
  await tab.fill('#amount', '999999.00');
  await tab.fill('#reference', `carta ${Date.now()}`);
  await tab.fill('#why', 'lo pidió');
  await tab.focus('#amount');
  await press(tab, 'Enter');
  assert.match(await text(tab, '#will .error'), /crédito/);
  assert.equal(await tab.inputValue('#amount'), '999999.00');
  // What nobody looked at is shown and not done.
  await tab.fill('#amount', '10.00');
  await tab.locator('button[value=transfer]').click();
  await tab.locator('#says').waitFor();
  assert.match(await text(tab, '#says'), /mírelo/);
  assert.match(await text(tab, '#will'), new RegExp(THEIRS));
  await tab.locator('button[value=transfer]').click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /\/approvals$/);
  assert.match(await text(tab, 'main'), new RegExp(`cuenta 1000-0070-2 a ${THEIRS}`));
  await tab.locator('section', { hasText: `a ${THEIRS}` }).locator('form[action$="/refuse"] button').click();
  await tab.waitForLoadState();
  await tab.goto(`${url}/accounts/1000-0070-2/transfer`);
  // Who may only look has no such page.
  const looks = await inside(browser, {}, auditor);
  await looks.goto(`${url}/accounts/${THEIRS}`);
  assert.equal(await looks.locator('main a[href$="/transfer"]').count(), 0);
  const answer = await looks.goto(`${url}/accounts/1000-0070-2/transfer`);
  assert.equal(answer.status(), 403);
  expected(looks, 403);
});

test('the day closes as a checklist that keeps its evidence, and then its month', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/close`);
  await sound(tab);
  assert.match(await text(tab, 'main table'), /Drawers/);
  await tab.locator('form[action="/close/day"] button').click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /closed/);
  assert.match(await text(tab, '#evidence'), /entries, debits/);
  assert.equal(await tab.locator('#broken').count(), 0, 'it is closed now');
  await sound(tab);
  // The same day again is refused.
  await tab.locator('form[action="/close/day"] button').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /closed already/);
  await sound(tab);
  // The month is looked at before it is closed, each thing with its figure and where it is done.
  await tab.focus('#look');
  await press(tab, 'Enter');
  await tab.locator('#month-steps').waitFor();
  assert.match(await text(tab, '#month-steps'), /Unbilled revenue[^]*Rules of the books/);
  assert.ok(await tab.locator('#month-steps a[href="/suspense"]').count());
  await sound(tab);
  await tab.fill('#month-why', 'all is in');
  await tab.focus('#month-why');
  await press(tab, 'Enter');
  // All rules of the books are asked before a month is closed.
  await tab.locator('p[role=status]').waitFor({ timeout: 120_000 });
  assert.match(await notice(tab), /month is closed/);
  assert.match(await text(tab, '#evidence'), /Receivable/);
  await sound(tab);
});
