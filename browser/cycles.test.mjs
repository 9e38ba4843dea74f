// Billing as an analyst meets it: a turn is checked, looked at, called off, checked again, released.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, inSpanish, inside, launch, openAccount, press, sound, tabTo, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const now = (tab) => tab.locator('ol.stages li[aria-current=step]');

// The page is asked for anew by itself while somebody works on the bills.
async function until(tab, stage) {
  await tab.waitForFunction((it) =>
    document.querySelector('ol.stages li[aria-current=step]')?.textContent === it, stage);
}

// The page of a turn on which bills that sum up are listed, among those that are billed.
async function summing(tab, says) {
  await tab.goto(`${url}/cycles`);
  const links = await tab.locator('main .turns a[href^="/cycles/"]').evaluateAll((all) => all.map((it) => it.href));
  for (const link of links) {
    await tab.goto(link);
    const card = tab.locator('section', { has: tab.getByRole('heading', { name: 'Summary bills' }) });
    if (await card.count() > 0 && says.test(await card.innerText())) return card;
  }
  return assert.fail(`no turn has summary bills that say ${says}`);
}

test('a turn says for whom its summary bills wait, and in which words', async () => {
  const tab = await inside(browser);
  const card = await summing(tab, /1000-0031-4/);
  assert.match(await card.innerText(), /1000-0031-4 · waits for 1000-0030-6 \([A-Z]/);
  await sound(tab);
  await inSpanish(tab);
  assert.match(await tab.locator('main').innerText(), /espera a 1000-0030-6 \([A-Z]/);
  await sound(tab);
});

test('a turn is checked, previewed, called off, checked again and released', async () => {
  const tab = await inside(browser);
  await tab.locator('.top a[href="/cycles"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  await tab.locator('main section a[href^="/cycles/"]').first().click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.equal(await now(tab).count(), 0);
  await tabTo(tab, 'form[action$="/check"] button');
  await press(tab, 'Enter');
  await until(tab, 'Preview');
  await sound(tab);
  assert.match(await tab.locator('main').innerText(), /All bills/);
  assert.match(await tab.locator('main').innerText(), /Year before/);
  assert.equal(await tab.locator('p.proof').count(), 0);

  // It is let go later than planned. That its bills keep their days is said with a reason, seen, and kept when
  // it is checked once more; then it is said otherwise.
  assert.match(await tab.locator('p.days').innerText(), /Planned for .* released today/);
  await tabTo(tab, '#days-why');
  await tab.keyboard.type('they had these bills from elsewhere');
  await press(tab, 'Enter');
  assert.match(await tab.locator('p[role=status]').innerText(), /It is said/);
  const kept = /keep the days planned for them, .* Why: they had these bills from elsewhere/;
  assert.match(await tab.locator('p.days').innerText(), kept);
  await sound(tab);
  await tab.locator('form[action$="/check"] button').first().click();
  await until(tab, 'Preview');
  assert.match(await tab.locator('p.days').innerText(), kept);
  await tab.fill('#days-why', 'they had none');
  await tab.focus('#days-why');
  await press(tab, 'Enter');
  assert.match(await tab.locator('p.days').innerText(), /released today/);
  await tab.setViewportSize({ width: 320, height: 700 });
  await inSpanish(tab);
  assert.match(await tab.locator('#days').innerText(), /Conservar los días planificados/);
  await sound(tab);
  await tab.locator('form[action="/language"] button').click();
  await tab.setViewportSize({ width: 1440, height: 900 });

  await tab.fill('#off', 'the wrong prices');
  await press(tab, 'Enter');
  assert.equal(await now(tab).count(), 0);
  await tab.locator('form[action$="/check"] button').click();
  await until(tab, 'Preview');
  await tab.locator('h1').click();
  await press(tab, 'r');
  // The bills are posted, and wait for whoever sends them.
  await until(tab, 'Deliver');
  assert.equal(await tab.locator('ol.stages li.done').count(), 3);
  await sound(tab);
  // What was seen before is proved afterwards, from what was posted.
  assert.match(await tab.locator('p.proof').innerText(), /Ties to the ledger: .* come to the same, \$[\d,]+\.\d\d/);
  assert.match(await tab.locator('main').innerText(), /Control totals[^]*All bills[^]*Year before/);
  assert.equal(await tab.locator('form[action$="/release"]').count(), 0);
  assert.equal(await tab.locator('form[action$="/call-off"]').count(), 0);

  // The last bill that a summary bill waited for is posted, and it is made.
  const card = await summing(tab, /1000-0161-9: B-/);
  await card.locator('a[href^="/bills/"]').first().click();
  await tab.waitForLoadState();
  assert.match(await tab.locator('h1').innerText(), /-S/);
  await sound(tab);
});

test('who may only look sees the turns and no buttons', async () => {
  const tab = await inside(browser, undefined, auditor);
  await tab.goto(`${url}/cycles`);
  await tab.locator('main .turns a[href^="/cycles/"]').nth(1).click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.equal(await tab.locator('main button').count(), await tab.locator('footer button').count());
});

test('the pages of billing hold at 320 pixels, and in Spanish', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 } });
  await inSpanish(tab);
  for (const path of ['/cycles', '/unbilled']) {
    await tab.goto(url + path);
    await sound(tab);
  }
  await tab.goto(`${url}/cycles`);
  await tab.locator('main .turns a[href^="/cycles/"]').first().click();
  await tab.waitForLoadState();
  await sound(tab);
});

test('a bill leads to its correction, which says when there is nothing to correct', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/cycles`);
  await openAccount(tab, '1000-0005-8');
  await tab.locator('main a[href^="/bills/"]:not([href$="/pdf"])').first().click();
  await tab.waitForLoadState();
  await tab.locator('main a[href$="/correct"]').click();
  await tab.waitForLoadState();
  await sound(tab);
  assert.equal(await tab.locator('p[role=status]').count(), 1);
  assert.equal(await tab.locator('form[method=post] #why').count(), 0);
});
