// The usage explorer: months lead to days and days to hours, the address holds what is seen, every
// picture has its numbers beside it, and the values can be carried away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inside, inSpanish, launch, openAccount, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// The first service point with interval values of the month, on a tariff with hours if asked for.
async function withHours(tab, legend) {
  for (let point = 1; point <= 40; point += 1) {
    await tab.goto(`${url}/points/${point}/usage?show=days&on=2026-09-15`);
    const there = tab.locator(legend);
    if (await tab.locator('svg.draw.wide-only').count() && await there.count()) return point;
  }
  return assert.fail(`no service point of the sample utility has ${legend}`);
}

test('months lead to days and days to hours, and keys do the same', async () => {
  const tab = await inside(browser);
  await openAccount(tab, '1000-0001-7');
  await tab.locator('main td a[href$="/usage"]').first().click();
  await tab.waitForURL(/points\/\d+\/usage$/);
  await tab.goBack();
  await tab.locator('main td a[href^="/points/"]').first().click();
  await tab.waitForLoadState();
  await tab.keyboard.press('u');
  await tab.waitForURL(/usage\?show=months/);
  await sound(tab);
  await tab.goto(`${url}/points/1/usage?show=months&on=2026-09-15`);
  assert.equal(await tab.locator('section table').first().locator('tbody tr').count(), 13);
  await tab.locator('tbody a', { hasText: 'Sep 2026' }).click();
  await tab.waitForURL(/show=days&on=2026-09/);
  assert.equal(await tab.locator('section table').first().locator('tbody tr').count(), 30);
  await sound(tab);
  await tab.locator('tbody a', { hasText: 'Sep 15, 2026' }).click();
  await tab.waitForURL(/show=hours&on=2026-09-15/);
  assert.equal(await tab.locator('section table').first().locator('tbody tr').count(), 24);
  await sound(tab);
  await tab.keyboard.press(']');
  await tab.waitForURL(/on=2026-09-16/);
  await tab.keyboard.press('d');
  await tab.waitForURL(/show=days/);
  await tab.goBack();
  assert.match(tab.url(), /show=hours&on=2026-09-16/);
});

test('hours of the tariff are stacked, what is sent back is below the line, the future is a gap', async () => {
  const tab = await inside(browser);
  await withHours(tab, '.key.p0');
  assert.ok(await tab.locator('svg.wide-only rect.p0').count() > 0);
  const says = await tab.locator('svg.wide-only').first().getAttribute('aria-label');
  assert.match(says, /kWh.*delivered [\d,.]+.*table below/);
  await withHours(tab, '.key.export');
  assert.ok(await tab.locator('svg.wide-only rect.export').count() > 0);
  await tab.goto(`${url}/points/1/usage?show=days&on=2031-01-15`);
  assert.equal(await tab.locator('svg.wide-only rect.electric').count(), 0);
  assert.match(await tab.locator('main').innerText(), /not known|No reads/);
  await sound(tab);
});

test('the values are carried away as CSV and as Green Button', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/points/1/usage?show=hours&on=2026-09-15`);
  const taken = async (name) => {
    const link = await tab.locator('.head .acts a', { hasText: name }).getAttribute('href');
    const answer = await tab.request.get(url + link);
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()['content-disposition'], /attachment; filename="usage-1-2026-09-15/);
    return answer.text();
  };
  assert.match(await taken('CSV'), /^meter,start,value,unit,flow,kind,minutes\n/);
  assert.match(await taken('Green Button'), /<espi:IntervalReading>/);
});

test('on a telephone, in the dark and in Spanish usage is as sound', async () => {
  const tab = await inside(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' });
  await inSpanish(tab);
  for (const show of ['months', 'days', 'hours']) {
    await tab.goto(`${url}/points/1/usage?show=${show}&on=2026-09-15`);
    await sound(tab);
    assert.ok(await tab.locator('svg.narrow-only').first().isVisible());
    assert.doesNotMatch(await tab.locator('main').innerText(), /Months|Days|delivered|known/);
  }
});
