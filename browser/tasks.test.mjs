// The queue as a clerk works through it: by keys alone, in two languages, on a telephone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, launch, openAccount, page, signIn, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function inside(options, name) {
  const tab = await page(browser, options);
  await signIn(tab, undefined, name);
  return tab;
}

// The queue after a look at the record, so that what the sample leaves open is in it.
async function queue(tab) {
  await tab.goto(`${url}/tasks`);
  await tab.locator('button[value=scan]').click();
  await tab.getByRole('status').waitFor();
}

async function press(tab, key) {
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press(key)]);
}

const now = (tab) => tab.locator('.queue .now [name=task]').getAttribute('value');

test('the queue is worked through by keys alone', async () => {
  const tab = await inside();
  await queue(tab);
  await sound(tab);
  const rows = await tab.locator('.queue tbody tr').count();
  assert.ok(1 < rows, 'the sample leaves something to do');
  const first = await now(tab);
  await press(tab, 'j');
  const second = await now(tab);
  assert.notEqual(second, first);
  assert.match(tab.url(), new RegExp(`task=${second}`), 'the address holds the state');
  await tab.keyboard.press('x');
  await tab.waitForURL(new RegExp(`chosen=${second}`));
  await press(tab, 'k');
  assert.equal(await now(tab), first);
  const chosen = tab.locator(`.queue [name=task][value="${second}"]`);
  assert.ok(await chosen.isChecked(), 'what was chosen goes along');
  await tab.goBack();
  assert.equal(await now(tab), second);
  await tab.goto(`${url}/tasks?task=${first}`);
  const ways = await tab.locator('.opt [name=how]').count();
  assert.ok(2 <= ways, 'every task has its ways out');
  // Enter in a field takes no way out.
  await tab.fill('#why', 'Only a word.');
  await tab.locator('#why').press('Enter');
  await tab.waitForTimeout(200);
  assert.equal(await now(tab), first);
  await tab.locator('#why').press('Escape');
  // The last way of every kind is to put it off.
  await press(tab, String(ways));
  await tab.getByRole('status').waitFor();
  assert.equal(await tab.locator(`.queue [name=task][value="${first}"]`).count(), 0);
  await press(tab, 'u');
  assert.equal(await tab.locator(`.queue [name=task][value="${first}"]`).count(), 1);
});

test('single letters can be turned off', async () => {
  const tab = await inside();
  await queue(tab);
  const first = await now(tab);
  await tab.locator('#keys summary').click();
  await tab.locator('form[action="/keys"] button').click();
  await tab.waitForLoadState();
  await tab.goto(`${url}/tasks`);
  await tab.keyboard.press('j');
  await tab.waitForTimeout(200);
  assert.equal(await now(tab), first);
  await sound(tab);
});

test('the queue is sound at 320 pixels and in Spanish', async () => {
  const tab = await inside({ viewport: { width: 320, height: 700 } });
  await queue(tab);
  await sound(tab);
  await tab.locator('form[action="/language"] button').click();
  await tab.waitForLoadState();
  await tab.goto(`${url}/tasks`);
  assert.match(await tab.locator('h1').innerText(), /Tareas/);
  // What was seen is said in Spanish too, with its days.
  const seen = (await tab.locator('.queue td.sub').allInnerTexts()).join('\n');
  assert.match(seen, /falta la lectura|medidor|período/);
  assert.doesNotMatch(seen, /\b(meter|has no|the days|service)\b|\d{4}-\d\d-\d\d/);
  await sound(tab);
  await tab.goto(url);
  await sound(tab);
});

test('who may only look sees the queue and resolves nothing', async () => {
  const tab = await inside({}, auditor);
  await tab.goto(`${url}/tasks`);
  await sound(tab);
  assert.equal(await tab.locator('.opt button').count(), 0);
});

test('a task answers without script, and the first page counts the queue', async () => {
  const tab = await inside({ javaScriptEnabled: false });
  await tab.goto(`${url}/tasks`);
  await tab.locator('button[value=scan]').click();
  await tab.waitForLoadState();
  await tab.locator('.opt [value=put-off]').click();
  await tab.waitForLoadState();
  await tab.getByRole('status').waitFor();
  await tab.locator('button[value=undo]').click();
  await tab.waitForLoadState();
  await tab.goto(url);
  await tab.locator('main a[href^="/tasks?kind="]').first().click();
  await tab.waitForLoadState();
  assert.match(tab.url(), /kind=/);
});

test('an account and its premise tell their history', async () => {
  const tab = await inside();
  await openAccount(tab, 'mill st');
  await tab.goto(`${tab.url().split('?')[0]}/timeline`);
  assert.match(await tab.locator('main').innerText(), /Service started/);
  await sound(tab);
  await tab.goto(`${url}/premises/1?on=2026-01-15`);
  await sound(tab);
});
