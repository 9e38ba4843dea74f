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

test('an account of which nothing was said says so, until something is', async () => {
  const tab = await inside();
  await openAccount(tab, SCRAP);
  const history = tab.locator('section').filter({ has: tab.locator('form.note') });
  assert.match(await history.innerText(), /Nothing was said or done yet/);
  await tab.fill('#note', 'Called about the bill.');
  await tab.click('form.note button');
  await tab.locator('ol.tl li').first().waitFor();
  assert.doesNotMatch(await history.innerText(), /Nothing was said/);
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
