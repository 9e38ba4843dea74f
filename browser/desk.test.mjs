// What waits at the desk: refunds and the checks that pay them, what nobody claims, small balances, pledges of
// agencies, and more of a day than rules let be done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, collector, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// Who paid too much, and what is given back of it; who left long ago with a credit.
const OVERPAID = '1000-0070-2';
const LEFT = '1000-0024-9';
const PAGES = [
  '/refunds', '/refunds?which=paid', '/refunds?which=cashed', '/refunds?which=kept', '/refunds?which=bounced',
  '/unclaimed', '/small-balances', '/pledges', '/pledges?which=open', '/pledges?which=kept', '/online', '/online?which=back', '/let-go',
];

async function text(tab, selector) {
  return tab.locator(selector).first().innerText();
}

async function notice(tab) {
  return text(tab, 'p[role=status]');
}

// A list as the file that is carried away: its lines.
async function file(tab) {
  const address = await tab.locator('main a', { hasText: 'CSV' }).getAttribute('href');
  const answer = await tab.request.get(url + address);
  assert.match(answer.headers()['content-disposition'], /attachment; filename="[a-z]+\.csv"/);
  return (await answer.text()).trimEnd().split('\n');
}

// The number of the check that pays a refund of so much.
function check(tab, amount) {
  return tab.locator('main tbody tr', { hasText: amount }).locator('[name=check]');
}

test('who may only look sees every page of the desk and no forms, in Spanish and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } }, auditor);
  await inSpanish(tab);
  for (const path of PAGES) {
    await tab.goto(url + path);
    await sound(tab);
    assert.equal(await tab.locator('main form:not([action="/keys"])').count(), 0, path);
  }
});

test('refunds that wait are paid by checks, all or none, and what became of the checks is kept', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/refunds`);
  await sound(tab);
  const [first, second] = [1, 2].map((it) => `${it}-${Date.now()}`);
  // No number is refused, and so is one twice; nothing that was typed is lost.
  await check(tab, '$11.00').focus();
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /number of a check beside each refund/);
  await check(tab, '$11.00').fill(first);
  await check(tab, '$12.00').fill(first);
  await check(tab, '$12.00').focus();
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), new RegExp(`check ${first} pays a refund already`, 'i'));
  assert.equal(await check(tab, '$11.00').inputValue(), first);
  await sound(tab);
  await check(tab, '$12.00').fill(second);
  await check(tab, '$12.00').focus();
  await press(tab, 'Enter');
  assert.match(await notice(tab), /paid by those checks/);
  const listed = await file(tab);
  assert.match(listed[0], /^refund,account,for,amount,since,stands,check/);
  assert.ok(listed.some((it) => it.includes(`,${OVERPAID},`) && it.includes(`,11.00,`) && it.includes(`,paid,${first},`)));
  await sound(tab);
  await tab.locator('tr', { hasText: first }).locator('[name=chosen]').check();
  await tab.locator('main form button').first().click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /bank paid them/);
  assert.match(await text(tab, 'main tbody'), new RegExp(first));
  await sound(tab);
  // One that was never cashed is void, with a reason, and its refund waits again.
  await tab.goto(`${url}/refunds?which=paid`);
  assert.equal(await tab.locator('tr', { hasText: first }).count(), 0);
  await tab.locator('tr', { hasText: second }).locator('[name=chosen]').check();
  await tab.locator('button[formaction="/refunds/void"]').click();
  await tab.locator('#says').waitFor();
  expected(tab, 422);
  assert.ok(await tab.locator('tr', { hasText: second }).locator('[name=chosen]').isChecked());
  await sound(tab);
  await tab.fill('#why', 'never cashed');
  await tab.locator('button[formaction="/refunds/void"]').click();
  await tab.locator('p[role=status]').waitFor();
  assert.match(await notice(tab), /void; their refunds wait again/);
  assert.equal(await check(tab, '$12.00').count(), 1);
  // What is not to be paid is a credit again.
  await tab.locator('tr', { hasText: '$13.00' }).locator('[name=chosen]').check();
  await tab.fill('#why', 'they stay');
  await tab.locator('button[formaction="/refunds/keep"]').click();
  await tab.locator('p[role=status]').waitFor();
  assert.match(await notice(tab), /a credit again/);
  assert.match(await text(tab, 'main tbody'), /\$13\.00/);
  await sound(tab);
  // What was lost is a number with its entries.
  await tab.goto(`${url}/refunds?which=bounced`);
  assert.match(await text(tab, 'main tbody'), /6999/);
  assert.match(await text(tab, '#lost header'), /\$30\.00/);
  await sound(tab);
  await tab.locator('#lost tbody a').first().click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /\/entries\/\d+$/);
  assert.match(await text(tab, 'main'), /5075|returned after refund/);
});

test('a credit is given back from the page of its account', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/${OVERPAID}/credit`);
  await tab.fill('#refund-amount', '99999.00');
  await tab.fill('#refund-reference', `R-${Date.now()}`);
  await tab.fill('#refund-why', 'asked for it');
  await tab.focus('#refund-why');
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.match(await text(tab, '#says'), /give no more than that/);
  assert.equal(await tab.inputValue('#refund-amount'), '99999.00');
  await sound(tab);
  await tab.fill('#refund-amount', '14.00');
  await tab.focus('#refund-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /waits to be paid back/);
  await tab.goto(`${url}/refunds`);
  assert.match(await text(tab, 'main tbody'), /\$14\.00/);
});

test('small balances are written off as they were seen, by two beyond what a day may come to, and taken back', async () => {
  const tab = await inside(browser, {}, collector);
  await tab.goto(`${url}/close`);
  await tab.locator('main .before a', { hasText: 'Small balances' }).click();
  await tab.waitForLoadState();
  await sound(tab);
  const rows = tab.locator('#due tbody tr');
  const many = await rows.count();
  assert.ok(1 <= many, 'something is small');
  const number = await rows.first().locator('a').innerText();
  const file = await (await tab.request.get(`${url}/small-balances.csv`)).text();
  assert.match(file, /^account,class,since,owes/);
  assert.equal(file.trimEnd().split('\n').length, many + 1);
  assert.match(await text(tab, '#due'), /a second person agrees/);
  await tabTo(tab, '#why');
  await tab.keyboard.type('small change of years');
  await press(tab, 'Enter');
  assert.match(tab.url(), /\/approvals$/);
  assert.match(await text(tab, 'main'), /Write off small balances/);
  await inSpanish(tab);
  assert.match(await text(tab, 'main'), /saldos? menor(es)? de cuentas cerradas/);
  await sound(tab);
  // A second person agrees; then it stands among what is gone.
  const second = await inside(browser);
  await second.goto(`${url}/approvals`);
  const asked = second.locator('section', { hasText: 'Write off small balances' });
  await asked.locator('button[formaction$="/give"]').click();
  await second.waitForLoadState();
  await second.goto(`${url}/small-balances`);
  assert.equal(await second.locator('#due tbody tr').count(), 0);
  assert.match(await text(second, '#gone'), new RegExp(number));
  await sound(second);
  // Without a number nothing comes back, and the reason is kept; the button beside a row says which.
  await second.fill('#back-why', 'they wrote');
  await second.focus('#back-why');
  await press(second, 'Enter');
  expected(second, 422);
  assert.match(await text(second, '#says'), /is no account/);
  assert.equal(await second.inputValue('#back-why'), 'they wrote');
  await sound(second);
  await tabTo(second, `button[name=account][value="${number}"]`);
  await press(second, 'Enter');
  assert.match(await notice(second), /owed again/);
  assert.doesNotMatch(await text(second, '#gone'), new RegExp(number));
  await second.setViewportSize({ width: 320, height: 700 });
  await inSpanish(second);
  await sound(second);
});

test('what nobody claims is taken together, given to who claims theirs, and the rest goes to the state', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/unclaimed`);
  await sound(tab);
  assert.match(await text(tab, '#due'), new RegExp(LEFT));
  await tab.fill('#take-why', 'nobody came');
  await tab.focus('#take-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /It is taken/);
  assert.match(await text(tab, '#due'), /Nothing\./);
  const listed = await file(tab);
  assert.equal(listed[0], 'account,name,last_address,property,property_code,check,amount,last_activity,taken_on');
  assert.ok(listed.some((it) => it.startsWith(LEFT) && it.includes(',credit,UT03,')), listed.join('\n'));
  await sound(tab);
  await tab.fill('#claim-why', 'a letter and a passport');
  await tab.locator('#taken tr', { hasText: LEFT }).locator('button').click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /credit of that account again/);
  assert.equal(await tab.locator('#taken tr', { hasText: LEFT }).count(), 0);
  const reference = `S-${Date.now()}`;
  await tab.fill('#reference', reference);
  await tab.fill('#remit-why', "by the state's form");
  await tab.focus('#remit-why');
  await press(tab, 'Enter');
  assert.match(await notice(tab), /with the state/);
  assert.match(await text(tab, '#sent'), new RegExp(reference));
  await sound(tab);
});

test('what an agency promises is listed, and kept by its bundle or by a payment that came otherwise', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/collections`);
  const number = await tab.locator('main td a[href$="/credit"]').first().innerText();
  const agency = `Relief ${Date.now()}`;
  const soon = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  const pledge = async (amount) => {
    await tab.goto(`${url}/accounts/${number}/credit`);
    await tab.fill('#pledge-agency', `${agency} ${amount}`);
    await tab.fill('#pledge-amount', amount);
    await tab.fill('#pledge-until', soon);
    await tab.fill('#pledge-why', 'voucher 7');
    await tab.focus('#pledge-why');
    await press(tab, 'Enter');
    assert.match(await notice(tab), /written down/);
  };
  const enter = async (amount, whose) => {
    await tab.goto(`${url}/payments`);
    await tab.fill('#count', '1');
    await tab.fill('#total', amount);
    await tab.fill('#agency', whose);
    await tab.fill('#whose-1', number);
    await tab.fill('#amount-1', amount);
    await tab.fill('#reference-1', `aid ${amount} ${Date.now()}`);
    // What is typed is looked at when it is left.
    await tab.locator('#reference-1').blur();
  };
  await pledge('7.00');
  await pledge('8.00');
  await tab.goto(`${url}/pledges?which=open`);
  assert.equal(await tab.locator('main tbody tr', { hasText: agency }).count(), 2);
  assert.ok((await file(tab)).some((it) => it.includes(`,${agency} 7.00,7.00,0.00,`)));
  await sound(tab);
  // The bundle of the agency says what it would keep before it is posted.
  await enter('7.00', `${agency} 7.00`);
  await tab.locator('#said-1 .chip.good', { hasText: '$7.00' }).waitFor();
  await sound(tab);
  await tab.locator('button[value=post]').click();
  await tab.locator('p[role=status]').waitFor();
  // What came without its name is said to be what was promised.
  await enter('8.00', '');
  await tab.locator('button[value=post]').click();
  await tab.locator('p[role=status]').waitFor();
  await tab.goto(`${url}/accounts/${number}/credit`);
  const form = tab.locator('form[action$="/pledge-keep"]').first();
  const came = await form.locator('option', { hasText: '$8.00' }).getAttribute('value');
  await form.locator('select').selectOption(came);
  await form.locator('button').click();
  await tab.waitForLoadState();
  assert.match(await notice(tab), /what was promised/);
  await sound(tab);
  await tab.goto(`${url}/pledges?which=kept`);
  assert.equal(await tab.locator('main tbody tr', { hasText: agency }).count(), 2);
  await sound(tab);
});

test('more of a step than a day may have is let go by a second person who counted it', async () => {
  const [tab, second] = [await inside(browser, {}, collector), await inside(browser)];
  await tab.goto(`${url}/let-go`);
  await sound(tab);
  assert.match(await text(tab, '#step-call'), /more than a day may have/);
  await tab.locator('#step-call [name=what]').check();
  const why = `counted ${Date.now()}`;
  await tab.fill('#why', why);
  await tab.focus('#why');
  await press(tab, 'Enter');
  assert.equal(new URL(tab.url()).pathname, '/approvals');
  await sound(tab);
  // The same again is refused while it waits.
  await tab.goto(`${url}/let-go`);
  await tab.locator('#step-call [name=what]').check();
  await tab.fill('#why', 'once more');
  await tab.focus('#why');
  await press(tab, 'Enter');
  expected(tab, 422);
  assert.equal(await tab.inputValue('#why'), 'once more');
  assert.ok(await tab.locator('#step-call [name=what]').isChecked());
  await sound(tab);
  await second.goto(`${url}/approvals`);
  await second.locator('main section', { hasText: why }).locator('button[formaction$="/give"]').click();
  await second.waitForLoadState();
  await second.goto(`${url}/let-go`);
  assert.match(await text(second, '#step-call'), /let go/);
  assert.equal(await second.locator('#step-call [name=what]').count(), 0);
  // Late fees are counted when somebody asks for it.
  await second.locator('button[name=fees]').click();
  await second.locator('#step-late-fee, main p.card').first().waitFor();
  await sound(second);
});
