// Premises, service points and meters: every thing has its page, every page leads up, and the day
// goes along.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside, inSpanish, launch, openAccount, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test('from a customer down to the meter and up again, each by a link', async () => {
  const tab = await inside(browser);
  await openAccount(tab, '1000-0001-7');
  const account = new URL(tab.url()).pathname;
  const follow = async (link) => {
    await tab.locator(`main a[href^="${link}"]`).first().click();
    await tab.waitForLoadState();
    await sound(tab);
    return new URL(tab.url()).pathname;
  };
  const premise = await follow('/premises/');
  await follow('/points/');
  await follow('/meters/');
  assert.match(await tab.locator('h1').innerText(), /[EGW]-\d+/);
  await follow('/points/');
  assert.equal(await follow('/premises/'), premise);
  assert.equal(await follow('/accounts/'), account);
});

test('an account says how it is billed and leads to the one that sums it up, and back', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/accounts/1000-0001-7`);
  const said = () => tab.locator('section').filter({ has: tab.locator('h2', { hasText: /What is known|Qué se sabe/ }) });
  const text = async () => (await said().innerText()).replaceAll(/\s+/g, ' ');
  assert.match(await text(), /Credit: fair.*Delivery of bills: by e-mail.*Summed up by account: 1000-0002-5/);
  const through = async (number) => {
    await said().getByRole('link', { name: number }).click();
    await tab.waitForLoadState();
    assert.equal(new URL(tab.url()).pathname, `/accounts/${number}`);
    await sound(tab);
  };
  await through('1000-0002-5');
  assert.match(await text(), /Sums up account: 1000-0001-7/);
  await through('1000-0001-7');
  await inSpanish(tab);
  await tab.goto(`${url}/accounts/1000-0001-7`);
  assert.match(await text(), /por correo electrónico.*Resumida por la cuenta: 1000-0002-5/);
  assert.doesNotMatch(await text(), /e-mail|Summed|Delivery|fair/);
});

test('a premise warns, and is shown as on any day, which goes along', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/premises/1`);
  assert.match(await tab.locator('.head').innerText(), /Dog behind the gate/);
  const served = tab.locator('section').filter({ hasText: 'Who was served' }).first();
  assert.doesNotMatch(await served.innerText(), /Nobody/);
  await tab.fill('#on', '2020-01-06');
  await tab.locator('form.day button').click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /on=2020-01-06/);
  assert.match(await served.innerText(), /Nobody/);
  assert.doesNotMatch(await tab.locator('.head').innerText(), /Dog/);
  await tab.locator('main a[href^="/points/"]').first().click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /on=2020-01-06/);
  assert.equal(await tab.locator('tr.now').count(), 0, 'nothing held on that day');
  await sound(tab);
  await tab.goto(`${url}/premises/2`);
  const landlord = tab.locator('section').filter({ hasText: 'Who takes over between tenants' });
  assert.match(await landlord.innerText(), /1000-0001-7/);
});

test('on a telephone, in the dark and in Spanish places are as sound', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' });
  await inSpanish(tab);
  for (const path of ['/premises/2', '/points/2', '/meters/2']) {
    await tab.goto(url + path);
    await sound(tab);
    assert.doesNotMatch(await tab.locator('main').innerText(), / at | on [A-Z]|premise| to \d/, path);
    assert.doesNotMatch(await tab.locator('main h2').allInnerTexts().then((it) => it.join()), /Who|Agreements|Registers/);
  }
});

test('what is not there is said so', async () => {
  const tab = await inside(browser);
  for (const path of ['/premises/99999', '/points/x', '/meters/99999', '/moves/99999']) {
    const answer = await tab.goto(url + path);
    assert.equal(answer.status(), 404, path);
  }
});
