// Starting, stopping and transferring service, as a clerk does it: by keys alone, with a look at
// what will happen, with refusals beside the field, and with a colleague who does the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, clerk, expected, inside, inSpanish, launch, openAccount, press, sound, tabTo, url }
  from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// A premise of the sample where nobody is served.
const EMPTY = 'empty row';

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const typed = (iso) => iso.slice(5, 7) + iso.slice(8, 10) + iso.slice(0, 4);
const will = (tab) => tab.locator('#will .will-list li').allInnerTexts();

// The path of the nth account of a street; each test moves another customer.
async function nth(tab, street, at) {
  await tab.goto(`${url}/?q=${encodeURIComponent(street)}`);
  return tab.locator('main td:first-child a[href^="/accounts/"]').nth(at).getAttribute('href');
}

test('from the slash to done and back again by keys alone', async () => {
  const tab = await inside(browser);
  const account = await nth(tab, 'abbey st', 0);
  await tab.goto(url);
  await tab.locator('body').click({ position: { x: 5, y: 400 } });
  await tab.keyboard.press('/');
  await tab.keyboard.type(account.split('/').pop());
  await press(tab, 'Enter');
  assert.equal(new URL(tab.url()).pathname, account);
  await press(tab, 's');
  await sound(tab);
  // The first service that ends has the focus.
  await tab.keyboard.press('Space');
  await tabTo(tab, '#stops_on');
  await tab.keyboard.type(typed(day(20)));
  await tabTo(tab, '#find');
  await tab.keyboard.type(EMPTY);
  await press(tab, 'Enter');
  // The only premise is chosen with all it has; the day has the focus.
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'starts_on');
  assert.equal(await tab.inputValue('#stops_on'), day(20));
  await tab.keyboard.type(typed(day(22)));
  await sound(tab);
  await press(tab, 'Enter');
  // A tariff is missing: it is said beside the field, and what was typed is there.
  await tab.getByRole('alert').waitFor();
  const why = tab.locator('p.error[id^="tariff-"]').first();
  const field = (await why.getAttribute('id')).replace('-why', '');
  assert.equal(await tab.locator(`#${field}`).getAttribute('aria-describedby'), `${field}-why`);
  assert.equal(await tab.inputValue('#starts_on'), day(22));
  await sound(tab);
  await tabTo(tab, `#${field}`);
  await tab.keyboard.type('R-1');
  await tabTo(tab, '.moving .stack .btn:not([name])');
  await press(tab, 'Enter');
  // What will happen is listed and has the focus; nothing is done yet.
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'will');
  const listed = await will(tab);
  assert.match(listed.join('\n'), /service ends on .*service starts on .* on tariff R-1/s);
  await sound(tab);
  const shown = tab.url();
  assert.match(shown, /stop=\d+.*at=\d+/, 'the address holds the state');
  await tab.goto(url + account);
  assert.equal(await tab.locator('.pending').count(), 0, 'a preview writes nothing');
  await tab.goto(shown);
  assert.deepEqual(await will(tab), listed);
  await tabTo(tab, '[form=confirm].btn');
  await press(tab, 'Enter');
  await tab.getByRole('status').waitFor();
  const pending = tab.locator('.pending');
  assert.deepEqual(await pending.locator('.will-list li').allInnerTexts(), listed);
  await sound(tab);
  // It is put on other days, and then cancelled.
  await tabTo(tab, '.pending a.btn');
  await press(tab, 'Enter');
  await sound(tab);
  await tabTo(tab, '#starts_on');
  await tab.keyboard.type(typed(day(25)));
  await press(tab, 'Enter');
  await tab.getByRole('status').waitFor();
  assert.equal(await tab.inputValue('#starts_on'), day(25));
  await sound(tab);
  await tabTo(tab, 'form[action$="/cancel"] button');
  await press(tab, 'Enter');
  await tab.getByRole('status').waitFor();
  assert.equal(await tab.locator('form[action$="/redate"]').count(), 0);
  await sound(tab);
  await tab.goto(url + account);
  assert.equal(await tab.locator('.pending').count(), 0);
});

test('a stop before the start is refused beside its day, and nothing typed is lost', async () => {
  const tab = await inside(browser);
  const account = await nth(tab, 'abbey st', 1);
  await tab.goto(`${url}${account}/move`);
  await tab.locator('[name=stop]').first().check();
  await tab.locator('[name^=read-stop]').first().fill('12x');
  await tab.fill('#stops_on', '2020-01-06');
  await tab.click('.moving .stack .btn:not([name])');
  await tab.getByRole('alert').waitFor();
  assert.match(await tab.locator('p.error[id^="read-stop"]').innerText(), /12x is no read/);
  await tab.locator('[name^=read-stop]').first().fill('');
  await tab.click('.moving .stack .btn:not([name])');
  const why = tab.locator('#stops_on-why');
  assert.match(await why.innerText(), /cannot end on Jan 6, 2020|billed/);
  assert.equal(await tab.inputValue('#stops_on'), '2020-01-06');
  assert.ok(await tab.locator('[name=stop]').first().isChecked());
  await sound(tab);
  const refused = tab.url();
  await inSpanish(tab);
  await tab.goto(refused);
  assert.match(await why.innerText(), /no puede terminar|facturados/);
  await sound(tab);
});

test('two clerks take one service point: the second sees what the first did', async () => {
  const [first, second] = [await inside(browser), await inside(browser, {}, clerk)];
  const accounts = [await nth(first, 'abbey st', 2), await nth(first, 'abbey st', 3)];
  for (const [tab, account] of [[first, accounts[0]], [second, accounts[1]]]) {
    await tab.goto(`${url}${account}/move`);
    await tab.fill('#find', EMPTY);
    await tab.locator('#find').press('Enter');
    await tab.waitForLoadState();
    await tab.locator('[name=start]').nth(1).uncheck();
    await tab.locator('select[name^=tariff]').first().selectOption('R-1');
    await tab.fill('#starts_on', day(5));
    await tab.click('.moving .stack .btn:not([name])');
    await tab.locator('#will').waitFor();
  }
  await first.click('[form=confirm].btn');
  await first.getByRole('status').waitFor();
  await second.click('[form=confirm].btn');
  await second.getByRole('alert').waitFor();
  expected(second, 409);
  assert.match(await second.locator('.meanwhile').innerText(), /browser.*Start \d+: asked for.*service starts on/s);
  assert.match(await second.locator('p.error[id^="start-"]').innerText(), /in force there since/);
  assert.equal(await second.inputValue('#starts_on'), day(5));
  assert.equal(await second.locator('#will').count(), 0, 'there is nothing to confirm');
  await sound(second);
  // Both change one move: the second is told how it stands now, and keeps the day.
  const move = await first.locator('.pending a.btn').getAttribute('href');
  for (const tab of [first, second]) await tab.goto(url + move);
  await first.fill('#starts_on', day(8));
  await first.click('form[action$="/redate"] button');
  await first.getByRole('status').waitFor();
  await second.fill('#starts_on', day(9));
  await second.click('form[action$="/redate"] button');
  await second.getByRole('alert').waitFor();
  expected(second, 409);
  assert.match(await second.getByRole('alert').innerText(), /browser put it on other days.*it starts on/);
  assert.equal(await second.inputValue('#starts_on'), day(9));
  await sound(second);
  await second.click('form[action$="/redate"] button');
  await second.getByRole('status').waitFor();
  await second.click('form[action$="/cancel"] button');
  await second.getByRole('status').waitFor();
});

test('what was not shown is not done', async () => {
  const tab = await inside(browser);
  const account = await nth(tab, 'abbey st', 6);
  await tab.goto(`${url}${account}/move`);
  await tab.locator('[name=stop]').first().check();
  await tab.fill('#stops_on', day(30));
  await tab.click('.moving .stack .btn:not([name])');
  await tab.locator('#will').waitFor();
  const shown = await will(tab);
  // As if something had changed between the look and the confirmation.
  await tab.locator('#confirm [name=stops_on]').evaluate((it, on) => { it.value = on; }, day(31));
  await tab.click('[form=confirm].btn');
  assert.match(await tab.locator('#will').innerText(), /Something changed since you looked.*no longer/s);
  expected(tab, 409);
  assert.notDeepEqual(await will(tab), shown);
  await sound(tab);
  await tab.goto(url + account);
  assert.equal(await tab.locator('.pending').count(), 0, 'nothing is done');
});

test('a customer is taken on with two services, after a look at who they may be', async () => {
  const tab = await inside(browser, {}, clerk);
  await openAccount(tab, await nth(tab, 'abbey st', 4).then((it) => it.split('/').pop()));
  const name = await tab.locator('h1').innerText();
  await tab.goto(url);
  await tab.locator('main a[href="/sign-up"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  const show = 'button[value=show]';
  await tab.click(show);
  await tab.getByRole('alert').waitFor();
  await tab.locator('#name-why').waitFor();
  await tab.fill('#name', name);
  await tab.fill('#phone', '555 010 7788');
  await tab.fill('#street', `${Date.now() % 100_000} New Row`);
  await tab.fill('#town', 'Cedar Fork');
  await tab.fill('#region', 'XX 00411');
  for (const [service, tariff, counts] of [['electric', 'R-1', '5kwh'], ['water', 'W-1', '6kgal']]) {
    await tab.check(`#start-${service}`);
    await tab.selectOption(`#tariff-${service}`, tariff);
    await tab.fill(`#meter-${service}`, `T-${service}-${Date.now()}`);
    await tab.selectOption(`#counts-${service}`, counts);
  }
  await tab.fill('#times-electric', 'forty');
  await tab.click(show);
  await tab.locator('#times-electric-why').waitFor();
  await sound(tab);
  await tab.fill('#times-electric', '40');
  await tab.click(show);
  // Somebody of that name is there.
  assert.match(await tab.locator('.known').innerText(), new RegExp(name));
  assert.equal(await tab.inputValue('#phone'), '555 010 7788');
  await sound(tab);
  await tab.fill('#despite', 'A cousin of the same name.');
  await tab.click(show);
  const listed = (await will(tab)).join('\n');
  assert.match(listed, /electric, .*service starts on .*water, .*service starts on /s);
  await sound(tab);
  await tab.click('button[value=confirm]');
  await tab.getByRole('status').waitFor();
  assert.match(tab.url(), /\/accounts\/[0-9-]+\?done=signed-up/);
  assert.equal(await tab.locator('h1').innerText(), name);
  await sound(tab);
  // They are written to in another language from here on.
  await tab.selectOption('#speaks', 'es');
  await tab.locator('form[action^="/accounts/"][action$="/language"] button').click();
  await tab.waitForURL(/done=language/);
  await tab.locator('.chip.info', { hasText: 'Prefers Spanish' }).waitFor();
  await sound(tab);
  await tab.locator('#services a[href^="/meters/"]').first().click();
  await tab.waitForLoadState();
  await tab.getByText('40', { exact: true }).first().waitFor();
});

test('a premise that is there already is found instead of taken down twice', async () => {
  const tab = await inside(browser, {}, clerk);
  await tab.goto(`${url}/sign-up`);
  await tab.fill('#name', 'Quill Marrow');
  await tab.fill('#street', '9 Empty Row');
  await tab.fill('#town', 'Cedar Fork');
  await tab.fill('#region', 'XX 00411');
  await tab.check('#start-electric');
  await tab.selectOption('#tariff-electric', 'R-1');
  await tab.click('button[value=show]');
  assert.match(await tab.locator('#find-why').innerText(), /9 Empty Row is premise \d+ already/);
  await tab.click('button[value=find]');
  assert.match(await tab.locator('fieldset a[href^="/premises/"]').innerText(), /9 Empty Row/);
  assert.equal(await tab.inputValue('#name'), 'Quill Marrow');
  await sound(tab);
});

test('who may only look is offered no move', async () => {
  const tab = await inside(browser, {}, auditor);
  const account = await nth(tab, 'abbey st', 0);
  assert.equal(await tab.locator('main a[href$="/move"]').count(), 0);
  await tab.goto(url + account);
  assert.equal(await tab.locator('a[href$="/move"], a[href="/sign-up"]').count(), 0);
  await tab.goto(`${url}${account}/move`);
  assert.match(await tab.getByRole('alert').innerText(), /Your role may not do this/);
});

test('on a telephone, in the dark and in Spanish the forms are as sound', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' });
  const account = await nth(tab, 'abbey st', 5);
  await inSpanish(tab);
  for (const path of [`${account}/move?find=${encodeURIComponent(EMPTY)}`, `${account}/move?find=mill`, '/sign-up']) {
    await tab.goto(url + path);
    await sound(tab);
  }
});
