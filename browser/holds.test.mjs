// Held bills as an analyst meets them: by what they come from, with what each way out would make of
// them; and a billed turn, with what taking it back would do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, expected, inSpanish, inside, launch, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test('held bills are one group, foretold, and put off by keyboard', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/tasks`);
  await tab.locator('main a[href="/holds"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tabTo(tab, 'main table a[href^="/holds/"]');
  await press(tab, 'Enter');
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /What each way out would make of them/);
  assert.ok(await tab.locator('table tbody th[scope=row]').count() >= 1);
  // Put off without a reason is refused, and says so beside what was typed.
  const key = await tab.locator('button[value=put-off]').getAttribute('data-key');
  await tab.locator('h1').click();
  await press(tab, key);
  expected(tab, 409);
  assert.match(await tab.locator('#says').innerText(), /why/);
  await sound(tab);
  await tab.fill('#why', 'the crew is there tomorrow');
  await tab.locator('button[value=put-off]').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  await sound(tab);
});

test('what nobody read is estimated with a reason, in both languages', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/holds`);
  const groups = await tab.locator('main table a[href^="/holds/"]').evaluateAll((all) => all.map((it) => it.href));
  let unread = '';
  for (const group of groups) {
    await tab.goto(group);
    unread = await tab.locator('button[value=estimate]').count() ? group : '';
    if (unread) break;
  }
  assert.ok(unread, 'somebody was not read');
  const effects = tab.locator('table').first();
  assert.match(await effects.innerText(), /Estimate what is missing/);
  const key = await tab.locator('button[value=estimate]').getAttribute('data-key');
  await tab.locator('h1').click();
  await press(tab, key);
  expected(tab, 409);
  assert.match(await tab.locator('#says').innerText(), /why/);
  await sound(tab);
  await tab.goto(unread);
  await inSpanish(tab);
  assert.match(await tab.locator('main').innerText(), /Estimar lo que falta/);
  await sound(tab);
});

test('who may only look sees groups and no ways out, in Spanish and at 320 pixels', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } }, auditor);
  await inSpanish(tab);
  await tab.goto(`${url}/holds`);
  await sound(tab);
  await tab.locator('main table a[href^="/holds/"]').first().click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.equal(await tab.locator('button[name=way]').count(), 0);
});

test('a billed turn says what taking it back would do, and asks for a second person', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/cycles`);
  const turns = await tab.locator('main .turns a[href^="/cycles/"]').evaluateAll((all) => all.map((it) => it.href));
  for (const turn of turns) {
    await tab.goto(turn);
    if (await tab.locator('form[action$="/take-back"]').count()) break;
  }
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /bills would be taken back/);
  await tab.fill('#back', 'the wrong prices');
  await press(tab, 'Enter');
  assert.match(await tab.locator('p[role=status]').innerText(), /second person/);
  await tab.goto(`${url}/approvals`);
  await tab.locator('form[action$="/refuse"] button').last().click();
  await tab.waitForLoadState();
  await sound(tab);
});
