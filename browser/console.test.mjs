// The console as a clerk meets it: signing in, finding, explaining, taking money.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, launch, openAccount, page, signIn, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// A street of the sample utility.
const SCRAP = 'mill st';

async function inside(options, name) {
  const tab = await page(browser, options);
  await signIn(tab, undefined, name);
  return tab;
}

async function inSpanish(tab) {
  await tab.locator('form[action="/language"] button').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('html').getAttribute('lang'), 'es');
}

// What the account owes, as the payment form says it.
async function balance(tab) {
  const text = await tab.locator('main form b').first().innerText();
  return Math.round(Number(text.replace('\u2212', '-').replace(/[^0-9.-]/g, '')) * 100);
}

async function pay(tab, amount, reference) {
  await tab.fill('#amount', amount);
  await tab.selectOption('#tender', 'check');
  await tab.fill('#reference', reference);
  await tab.click('main form button');
  await tab.waitForLoadState();
}

test('nobody gets in without the right password', async () => {
  const tab = await page(browser);
  for (const path of ['/', '/accounts/1000-0012-4', '/bills/B-1']) {
    await tab.goto(url + path);
    assert.match(tab.url(), /\/sign-in$/, path);
  }
  await sound(tab);
  await signIn(tab, 'not the password');
  assert.match(tab.url(), /\/sign-in$/);
  await tab.getByRole('alert').waitFor();
});

test('a customer is found by street, account, meter and bill, and explained', async () => {
  const tab = await inside();
  await sound(tab);
  await openAccount(tab, SCRAP);
  await sound(tab);
  const account = new URL(tab.url()).pathname.split('/').pop();
  const name = await tab.locator('h1').innerText();
  const meter = await tab.getByText(/\b[EGW]-\d{5,}\b/).first().innerText();
  const bill = tab.locator('main table a[href^="/bills/"]').filter({ hasText: /^B-/ }).first();
  const number = await bill.innerText();
  for (const scrap of [account, name, meter.match(/[EGW]-\d+/)[0]]) {
    await openAccount(tab, scrap);
    assert.equal(await tab.locator('h1').innerText(), name, `found by ${scrap}`);
  }
  await bill.click();
  await tab.waitForLoadState();
  assert.match(await tab.locator('h1').innerText(), new RegExp(number));
  const line = tab.locator('.lines details').first();
  await line.locator('summary').click();
  assert.match(await line.innerText(), /\d/);
  assert.ok(await line.locator('code').isVisible(), 'the line of the tariff is shown');
  await sound(tab);
});

test('a payment counts once', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  await tab.keyboard.press('p');
  await tab.waitForURL(/\/payment$/);
  await sound(tab);
  const form = tab.url();
  const before = await balance(tab);
  const reference = `browser ${Date.now()}`;
  await pay(tab, '12.34', reference);
  assert.match(tab.url(), /\/accounts\/[0-9-]+/);
  await tab.getByRole('status').waitFor();
  await tab.goto(form);
  assert.equal(await balance(tab), before - 1234);
  await pay(tab, '12.34', reference);
  await tab.getByRole('alert').waitFor();
  await tab.goto(form);
  assert.equal(await balance(tab), before - 1234, 'the same reference again');
  await pay(tab, '12,3x', `${reference} wrong`);
  await tab.getByRole('alert').waitFor();
  await tab.goto(form);
  assert.equal(await balance(tab), before - 1234, 'no amount');
});

test('everything works without script', async () => {
  const tab = await inside({ javaScriptEnabled: false });
  await openAccount(tab, SCRAP);
  const account = tab.url();
  await tab.locator('main a[href^="/bills/"]').filter({ hasText: /^B-/ }).first().click();
  await tab.locator('.lines summary').first().click();
  assert.ok(await tab.locator('.lines code').first().isVisible());
  await tab.goto(`${account}/payment`);
  await pay(tab, '1.00', `no script ${Date.now()}`);
  await tab.getByRole('status').waitFor();
});

test('dark, narrower and in Spanish it is as sound', async () => {
  const dark = await inside({ colorScheme: 'dark' });
  await openAccount(dark, SCRAP);
  await sound(dark);
  const narrow = await inside({ viewport: { width: 1024, height: 768 } });
  await openAccount(narrow, SCRAP);
  await sound(narrow);
  await inSpanish(narrow);
  await sound(narrow);
});

test('the first page says what one can type and how the newest turns stand', async () => {
  const tab = await inside();
  await sound(tab);
  assert.match(await tab.locator('main form label').innerText(), /name.*address.*account.*meter/s);
  const turn = tab.locator('.turns tbody tr').first();
  assert.match(await turn.innerText(), /\d{4} – .*\$[\d,]+\.\d\d/s);
  await tab.fill('#find', SCRAP);
  await tab.click('main form button');
  await tab.locator('main a[href^="/accounts/"]').first().waitFor();
});

test('on a telephone nothing hangs over the edge', async () => {
  const tab = await inside({ viewport: { width: 390, height: 844 } });
  await sound(tab);
  await openAccount(tab, SCRAP);
  await sound(tab);
  const account = tab.url();
  await inSpanish(tab);
  await tab.goto(account);
  await sound(tab);
  await tab.locator('main table a[href^="/bills/"]').filter({ hasText: /^B-/ }).first().click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.goto(`${account}/payment`);
  await sound(tab);
});

test('the ledger speaks the language of who reads it', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  const account = tab.url();
  await tab.goto(`${account}/payment`);
  await pay(tab, '2.00', `ledger ${Date.now()}`);
  const ledger = (of) => of.locator('section').filter({ hasText: /account ledger|libro de la cuenta/i }).first();
  const english = await ledger(tab).innerText();
  assert.match(english, /Payment, check ledger \d+/);
  assert.match(english, /Bill, \w{3} \d+, \d{4} – /);
  assert.doesNotMatch(english, /\d{4}-\d\d-\d\d/);
  await inSpanish(tab);
  await tab.goto(account);
  const spanish = await ledger(tab).innerText();
  assert.match(spanish, /Pago, cheque ledger \d+/);
  assert.match(spanish, /Factura, \d+ \w{3} \d{4} – /);
  assert.doesNotMatch(spanish, /\d{4}-\d\d-\d\d|check|\bto\b/);
});

test('who may only look is told so in their language', async () => {
  const tab = await inside({}, auditor);
  await openAccount(tab, SCRAP);
  const form = `${tab.url().split('?')[0]}/payment`;
  await tab.goto(form);
  assert.match(await tab.getByRole('alert').innerText(), /Your role may not do this/);
  await tab.goto(url);
  await inSpanish(tab);
  await tab.goto(form);
  assert.match(await tab.getByRole('alert').innerText(), /Su función no permite esto/);
});

test('what is written down stands at the top of the history on the page', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  const said = `Called about the bill ${Date.now()}.`;
  await tab.keyboard.press('n');
  await tab.keyboard.type(said);
  await tab.keyboard.press('Enter');
  await tab.getByRole('status').waitFor();
  const history = tab.locator('section').filter({ has: tab.locator('form.note') });
  assert.match(await history.locator('ol.tl li').first().innerText(), new RegExp(said));
  // A bill is named once in its line, by its link.
  const billed = history.locator('li').filter({ hasText: 'B-' }).first();
  assert.equal((await billed.innerText()).match(/B-\d+-\d+/g).length, 1);
  await inSpanish(tab);
  await openAccount(tab, SCRAP);
  assert.match(await history.innerText(), /nota/);
  assert.doesNotMatch(await history.innerText(), /\bnote\b|\d{4}-\d\d-\d\d/);
});

test('a page of a customer warns, says how they are reached, and what is being done', async () => {
  const tab = await inside();
  await openAccount(tab, '1000-0001-7');
  const head = await tab.locator('.head').innerText();
  for (const alert of [/Life support: Oxygen concentrator/, /Bankruptcy: Chapter 11/, /Hazard: Dog/, /Landlord between tenants at/]) {
    assert.match(head, alert);
  }
  const card = (name) => tab.locator('section').filter({ has: tab.getByRole('heading', { name, exact: true }) });
  assert.match(await card('Contacts').innerText(), /Main customer.*@.*May be used for/s);
  assert.match(await card('Work').innerText(), /Order \d+: Leak or odour/);
  await card('Work').locator('a').first().click();
  await tab.waitForURL(/\/orders\/\d+/);
  // The number of an account is one word on a page of any width.
  await tab.setViewportSize({ width: 320, height: 700 });
  await openAccount(tab, '1000-0001-7');
  const height = await tab.locator('.who b.nb').evaluate((it) => it.getClientRects().length);
  assert.equal(height, 1);
  await sound(tab);
});

test('who may only look sees no button that they may not use', async () => {
  const tab = await inside({}, auditor);
  await openAccount(tab, '1000-0001-7');
  // Each form that changes something and each act of a page, by its address.
  const offered = async () => (await tab.locator('main form[method=post]:not([action="/keys"]), main .acts a')
    .evaluateAll((all) => all.map((it) => it.getAttribute('href') ?? it.getAttribute('action'))));
  assert.deepEqual((await offered()).map((it) => it.replace(/B-[\d-]+/, 'B')), ['/bills/B/pdf']);
  await tab.locator('main table a[href^="/bills/"]').filter({ hasText: /^B-/ }).first().click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('main a[href$="/payment"]').count(), 0);
  for (const [path, links] of [
    ['/premises/1', []],
    ['/points/1', ['/points/1/usage?show=months&on=DAY']],
    ['/meters/1', []],
    ['/orders', []],
    ['/orders/1', ['/orders']],
    ['/moves/1', []],
  ]) {
    await tab.goto(url + path);
    assert.deepEqual((await offered()).map((it) => it.replace(/on=[\d-]+/, 'on=DAY')), links, path);
  }
});

test('single letters can be switched off, and stay off; the list names those of the page', async () => {
  const tab = await inside();
  await openAccount(tab, '1000-0001-7');
  const account = tab.url();
  const hint = tab.locator('.head .acts kbd').first();
  assert.ok(await hint.isVisible(), 'the buttons say their keys');
  await tab.keyboard.press('?');
  const keys = tab.locator('#keys');
  assert.match(await keys.innerText(), /Take a payment.*Start, stop or transfer.*Write a note/s);
  assert.doesNotMatch(await keys.innerText(), /Next and previous task/);
  await sound(tab);
  await tab.locator('form[action="/keys"] button').click();
  await tab.goto(account);
  assert.ok(!(await hint.isVisible()));
  await tab.keyboard.press('s');
  await tab.waitForTimeout(200);
  assert.equal(tab.url(), account, 'the letter does nothing');
  await tab.goto(url);
  await tab.goto(account);
  assert.equal(await tab.locator('body').getAttribute('data-keys'), 'off', 'the setting is kept');
  await tab.locator('#keys summary').click();
  await tab.locator('form[action="/keys"] button').click();
  await tab.goto(account);
  await tab.keyboard.press('s');
  await tab.waitForURL(/\/move$/);
});

test('from the first page to the right customer: how many requests and how long', async (run) => {
  const tab = await inside();
  const times = [];
  let requests = [];
  tab.on('request', (it) => requests.push(it.url()));
  for (let time = 0; time < 5; time += 1) {
    await tab.goto(url);
    await tab.locator('main').click({ position: { x: 3, y: 3 } });
    await tab.keyboard.press('/');
    await tab.keyboard.type('100 mill st');
    requests = [];
    const began = performance.now();
    await Promise.all([tab.waitForURL(/\/accounts\//), tab.keyboard.press('Enter')]);
    await tab.locator('h1').waitFor();
    times.push(Math.round(performance.now() - began));
  }
  times.sort((a, b) => a - b);
  const pages = requests.filter((it) => !it.includes('/static/'));
  run.diagnostic(`from / to the customer: ${pages.length} requests for pages (the search, and the page it leads to), ${requests.length} in all, ${times[2]} ms (median of ${times.length}; ${times.join(', ')})`);
  assert.equal(pages.length, 2, pages.join(' '));
});

test('pages bring no script of others and are light', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  const answer = await tab.goto(tab.url());
  const policy = answer.headers()['content-security-policy'];
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.ok((await answer.body()).length < 100_000, 'a page is less than 100 kB');
});

test('a form from elsewhere is refused', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  const elsewhere = await tab.request.post(`${tab.url()}/payment`, {
    form: { amount: '1.00', tender: 'cash', reference: 'elsewhere', on: '2026-01-01' },
    headers: { origin: 'https://elsewhere.example' },
    maxRedirects: 0,
  });
  assert.equal(elsewhere.status(), 403);
});

test('a fault on a page would be found', async () => {
  const tab = await inside();
  await tab.evaluate(() => {
    const image = document.createElement('img');
    image.src = '/static/mark.svg';
    document.querySelector('main').append(image);
  });
  await assert.rejects(sound(tab), /image-alt/);
});

test('the ledger and the history go back in parts, and the address says which', async () => {
  const tab = await inside();
  const account = `${url}/accounts/1000-0001-7`;
  await tab.goto(account);
  const ledger = tab.locator('#ledger');
  const rows = () => ledger.locator('tbody tr').allInnerTexts();
  const newest = await rows();
  assert.equal(newest.length, 8);
  const follow = async (place, name) => {
    await place.getByRole('link', { name, exact: true }).first().click();
    await tab.waitForLoadState();
    await sound(tab);
  };
  await follow(ledger, 'Earlier');
  assert.match(tab.url(), /after=8/);
  const earlier = await rows();
  assert.ok(earlier.length && !newest.includes(earlier[0]), 'each entry stands in one part');
  // What was owed before the oldest of the newer part is what was owed after the newest of this one.
  const cents = (text) => Math.round(Number(text.replace('−', '-').replaceAll(/[$,()]/g, '')) * 100);
  const [amount, balance] = newest.at(-1).split('\t').slice(-2).map(cents);
  assert.equal(cents(earlier[0].split('\t').at(-1)), balance - amount);
  // Another chart keeps the part.
  await tab.locator('.seg a').last().click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /use=\w+&after=8/);
  assert.deepEqual(await rows(), earlier);
  await follow(ledger, 'Later');
  assert.deepEqual(await rows(), newest);
  const history = tab.locator('section').filter({ has: tab.locator('form.note') });
  assert.equal(await history.locator('ol.tl li').count(), 12);
  await follow(history, 'Earlier');
  assert.match(tab.url(), /\/timeline\?after=12$/);
  await follow(tab.locator('main'), 'Later');
  assert.match(tab.url(), /\/timeline\?after=0$/);
});
