// The link of a bill: what a payer sees without signing in, the way to the provider's page, and what is said
// when that does not answer, when it is too often, and when the link is none.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expected, inSpanish, inside, launch, page, press, sound, tabTo, url } from './browser.mjs';

const link = process.env.METERBOOK_LINK;
const planned = process.env.METERBOOK_PLANNED;
const port = Number(process.env.METERBOOK_PROVIDER);
let browser;
let provider;
let key;
let keeps;
let asked;
// Whether whoever pays has done so.
let paid = false;
before(async () => { browser = await launch(); });
after(() => { browser?.close(); provider?.close(); });

// What was paid, by a card that is kept.
function payment() {
  const latest_charge = { amount: Number(asked), currency: 'usd', created: Math.floor(Date.now() / 1000), amount_refunded: 0 };
  const payment_method = { id: 'pm_1', card: { brand: 'visa', last4: '4242' } };
  return { id: 'pi_1', status: 'succeeded', metadata: { attempt: key }, customer: 'cus_1', latest_charge, payment_method };
}

// A provider that has a page for whatever it is asked.
function open() {
  provider = createServer((request, answer) => {
    let body = '';
    request.on('data', (some) => { body += some; });
    request.on('end', () => {
      if (request.url === '/paying') return answer.setHeader('content-type', 'text/html').end('<title>Provider</title>');
      key = new URLSearchParams(body).get('client_reference_id') ?? key;
      keeps = new URLSearchParams(body).get('payment_intent_data[setup_future_usage]') ?? keeps;
      asked = new URLSearchParams(body).get('line_items[0][price_data][unit_amount]') ?? asked;
      if (request.url.startsWith('/v1/payment_intents/')) return answer.end(JSON.stringify(payment()));
      const session = { id: `cs_${key}`, client_reference_id: key, status: 'open', url: `http://127.0.0.1:${port}/paying` };
      if (paid) Object.assign(session, { status: 'complete', payment_intent: 'pi_1' });
      const list = request.method === 'GET' && request.url.includes('?');
      answer.end(JSON.stringify(list ? { data: [], has_more: false } : session));
    });
  });
  return new Promise((listening) => { provider.listen(port, '127.0.0.1', listening); });
}

test('a payer sees what is owed, is told when nobody answers, and is taken to the provider', async () => {
  await open();
  const tab = await page(browser);
  await tab.goto(link);
  await sound(tab);
  const said = await tab.locator('main').innerText();
  assert.match(said, /Account ending in\s+\d{4}\s/);
  assert.match(said, /B-\d{6}-/);
  assert.match(said, /\$\d/);
  assert.equal(await tab.locator('header a').count(), 0, 'nothing leads into the console');
  await inSpanish(tab);
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /Importe a pagar/);
  // What is no amount loses nothing that was said.
  await tab.locator('[name=keep]').check();
  await tab.fill('[name=most]', '1x');
  await tab.locator('main button').click();
  await tab.getByRole('alert').waitFor();
  expected(tab, 422);
  await sound(tab);
  assert.match(await tab.getByRole('alert').innerText(), /no es un importe/);
  assert.ok(await tab.locator('[name=keep]').isChecked());
  await tab.fill('[name=most]', '150.00');
  await tabTo(tab, 'main button');
  await Promise.all([tab.waitForURL(`http://127.0.0.1:${port}/paying`), tab.keyboard.press('Enter')]);
  tab.complaints = tab.complaints.filter((it) => !it.includes(`:${port}`));
  assert.equal(keeps, 'off_session', 'the provider is to keep the card');

  await tab.goto(link);
  await sound(tab);
  assert.match(await tab.getByRole('status').innerText(), /Se inició un pago/);
  provider.close();
  provider.closeAllConnections();
  await tabTo(tab, 'main button');
  await press(tab, 'Enter');
  assert.match(await tab.getByRole('alert').innerText(), /aún no ha respondido/);
  expected(tab, 503);
  await sound(tab);
  for (let nth = 0; nth < 4; nth += 1) {
    await tab.locator('main button').click();
    await tab.waitForLoadState();
  }
  assert.match(await tab.getByRole('alert').innerText(), /demasiadas veces/);
  expected(tab, 503);
  expected(tab, 429);
  await sound(tab);
});

test('an attempt says what it waits for, and the provider is asked about it', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/online?which=open`);
  await sound(tab);
  const row = tab.locator('main tbody tr').first();
  assert.match(await row.innerText(), /open\s+the payer, or a payment on its way/);
  await row.locator('th a').click();
  await tab.waitForLoadState();
  assert.match(await tab.locator('main').innerText(), /What was known of it/);
  assert.equal(await tab.locator('main dl a[href^="/accounts/"]').count(), 1);
  assert.equal(await tab.locator('main dl a[href^="/bills/"]').count(), 1);
  await sound(tab);
  // The provider does not answer any more: nothing is asked for again, and the attempt stays as it was.
  await tab.locator('h1').click();
  await press(tab, 'q');
  assert.match(await tab.locator('p[role=status]').innerText(), /No answer came/);
  assert.match(await tab.locator('main .chip').first().innerText(), /open/);
  await sound(tab);
  const file = await (await tab.request.get(`${url}/online.csv?which=open`)).text();
  assert.match(file, /^attempt,account,bill,amount,stands,/);
  assert.equal(file.trimEnd().split('\n').length, 2);
  await inSpanish(tab);
  assert.match(await tab.locator('main').innerText(), /al pagador, o un pago en camino/);
  await sound(tab);
});

test('a card that a payer keeps is counted among those that are charged, and named on its account', async () => {
  await open();
  paid = true;
  const tab = await inside(browser);
  await tab.goto(`${url}/online`);
  assert.equal(await tab.locator('#cards').count(), 0, 'none is kept yet');
  await tab.locator('h1').click();
  await press(tab, 'q');
  const cards = await tab.locator('#cards').innerText();
  assert.match(cards, /Cards that are kept 1\b/);
  assert.match(cards, /What is due is charged by itself, each day from \d\d:\d\d/);
  await sound(tab);
  const account = await tab.locator('main tbody tr').first().locator('a[href^="/accounts/"]').innerText();
  await tab.setViewportSize({ width: 320, height: 700 });
  await inSpanish(tab);
  assert.match(await tab.locator('#cards').innerText(), /Tarjetas guardadas 1\b/);
  assert.match(await tab.locator('#cards').innerText(), /Lo que vence se cobra solo, cada día desde las/);
  await sound(tab);
  await tab.goto(`${url}/accounts/${account}/credit`);
  assert.match(await tab.locator('#card').innerText(), /visa …4242/i);
  await sound(tab);
  provider.close();
  provider.closeAllConnections();
  paid = false;
});

test('who pays in parts is asked for what is due now, and may pay all of it or another amount', async () => {
  await open();
  const tab = await page(browser);
  await tab.goto(planned);
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /To pay now\s+\$\d/);
  assert.ok(await tab.locator('[name=what][value=due]').isChecked());
  const of = async (what) => (await tab.locator(`label:has([value=${what}])`).innerText()).replace(/[^\d]/g, '');
  const [due, all] = [await of('due'), await of('all')];
  assert.ok(Number(due) < Number(all), `${due} of ${all}`);
  // What is too much, and what is no amount, loses nothing that was said.
  await tab.locator('[name=what][value=other]').check();
  for (const [amount, says] of [['99999.00', /more than is owed/], ['1x', /no amount/]]) {
    await tab.fill('[name=amount]', amount);
    await tab.locator('main button').click();
    await tab.getByRole('alert').waitFor();
    expected(tab, 422);
    assert.match(await tab.getByRole('alert').innerText(), says);
    assert.ok(await tab.locator('[name=what][value=other]').isChecked());
    assert.equal(await tab.inputValue('[name=amount]'), amount);
  }
  await inSpanish(tab);
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /A pagar ahora/);
  assert.match(await tab.locator('legend').innerText(), /Cuánto quiere pagar/);
  await tab.locator('[name=what][value=due]').check();
  await tabTo(tab, 'main button');
  await Promise.all([tab.waitForURL(`http://127.0.0.1:${port}/paying`), tab.keyboard.press('Enter')]);
  tab.complaints = tab.complaints.filter((it) => !it.includes(`:${port}`));
  assert.equal(asked, due);
});

test('what is no link leads nowhere, and what nobody signed is not taken', async () => {
  const tab = await page(browser);
  await tab.goto(`${link}x`);
  expected(tab, 404);
  await sound(tab);
  assert.match(await tab.getByRole('alert').innerText(), /leads nowhere/);
  const tell = (headers, body) => fetch(`${url}/hooks/payments`, { method: 'POST', headers, body });
  assert.equal((await tell({}, '{}')).status, 400);
  assert.equal((await tell({ 'stripe-signature': 't=1,v1=00' }, '{}')).status, 400);
  assert.equal((await tell({}, 'x'.repeat(300_000))).status, 413);
});
