// The browser, and what every test does with it: sign in, look for faults on a page.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

function given(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run this with: cargo xtask test --only browser`);
  return value;
}

export const url = given('METERBOOK_URL');
const user = given('METERBOOK_USER');
export const auditor = given('METERBOOK_AUDITOR');
export const clerk = given('METERBOOK_CLERK');
export const collector = given('METERBOOK_COLLECTOR');
const password = given('METERBOOK_PASSWORD');

// Chromium would otherwise look for its makers' hosts at every start.
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function launch() {
  return chromium.launch({ executablePath: given('METERBOOK_CHROMIUM'), args: quiet });
}

// A page that remembers what the browser complained about.
export async function page(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (said) => said.type() === 'error' && page.complaints.push(said.text()));
  page.on('pageerror', (thrown) => page.complaints.push(String(thrown)));
  page.on('response', (it) => it.status() >= 500 && page.complaints.push(`${it.status()} ${it.url()}`));
  page.on('request', (it) => it.url().startsWith(url) || page.complaints.push(`asked ${it.url()}`));
  return page;
}

export async function signIn(page, word = password, name = user) {
  await page.goto(url);
  await page.locator('input[autocomplete=username]').fill(name);
  await page.locator('input[type=password]').fill(word);
  await page.locator('input[type=password]').press('Enter');
  await page.waitForLoadState();
}

// A new page of somebody who signed in.
export async function inside(browser, options, name) {
  const tab = await page(browser, options);
  await signIn(tab, undefined, name);
  return tab;
}

export async function inSpanish(tab) {
  await tab.locator('form[action="/language"] button').click();
  await tab.waitForLoadState();
  assert.equal(await tab.locator('html').getAttribute('lang'), 'es');
}

// Goes to a place by the tab key alone, as hands do that stay on the keyboard.
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate((it) => document.activeElement?.matches(it), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} is not reached by the tab key at ${page.url()}`);
}

// Presses a key that leads to another page, and waits for it.
export async function press(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

// A refusal is an answer that the browser also writes to its console.
export function expected(page, status) {
  page.complaints = page.complaints.filter((it) => !it.includes(String(status)));
}

// Opens the first account that a scrap finds.
export async function openAccount(page, scrap) {
  const search = page.locator('input[type=search]').first();
  await search.fill(scrap);
  await search.press('Enter');
  await page.waitForLoadState();
  if (!/\/accounts?\//.test(page.url())) {
    await page.locator('main a[href*="/account"]').first().click();
    await page.waitForLoadState();
  }
}

// The page passes the automated half of WCAG 2.2 AA, does not scroll sideways and broke no rule.
export async function sound(page) {
  const axe = new AxeBuilder({ page });
  const found = await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  const faults = found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(faults, [], `accessibility of ${page.url()}`);
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px too wide`);
  assert.deepEqual(page.complaints, [], `the browser complained at ${page.url()}`);
}
