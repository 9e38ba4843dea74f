// Documents from the console: kept from the page of what they are about, refused with a sentence,
// and had back as they were brought; photos come with the completion of an order.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { auditor, clerk, expected, inside, inSpanish, launch, press, sound, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const pages = ['/accounts/1000-0001-7', '/premises/1', '/points/1', '/meters/1', '/orders/1'];
const paper = (text) => ({
  name: 'lease "2026".pdf', mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.7 ${text}`) });
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

async function send(tab, file) {
  if (file) await tab.setInputFiles('#file', file);
  await tab.locator('form[action^="/documents/new"] button').click();
  await tab.waitForLoadState();
}

test('a document is kept from each page and had back as it was', async () => {
  const tab = await inside(browser, {}, clerk);
  for (const at of pages) {
    await tab.goto(url + at);
    await press(tab, 'd');
    await sound(tab);
    await tab.fill('#name', `Lease of ${at}`);
    await send(tab, paper(at));
    assert.equal(new URL(tab.url()).pathname, at);
    await sound(tab);
    const [download] = await Promise.all([
      tab.waitForEvent('download'), tab.getByRole('link', { name: `Lease of ${at}` }).first().click()]);
    assert.equal(await readFile(await download.path(), 'utf8'), `%PDF-1.7 ${at}`);
  }
});

test('a document is withdrawn with a reason and is not shown any more', async () => {
  const tab = await inside(browser, {}, clerk);
  for (const at of pages) {
    await tab.goto(url + at);
    await press(tab, 'd');
    await tab.fill('#name', `Wrong paper of ${at}`);
    await send(tab, paper(`wrong ${at}`));
    const row = tab.locator('ul.reach li, table tr').filter({ has: tab.getByRole('link', { name: `Wrong paper of ${at}`, exact: true }) });
    await row.getByRole('link', { name: /^Withdraw/ }).click();
    await tab.waitForLoadState();
    await sound(tab);
    await tab.evaluate(() => document.querySelector('#why').removeAttribute('required'));
    await tab.getByRole('button', { name: 'Withdraw' }).click();
    assert.match(await tab.getByRole('alert').innerText(), /why it is withdrawn/);
    expected(tab, 422);
    await tab.fill('#why', 'of another customer');
    await press(tab, 'Enter');
    await tab.waitForLoadState();
    assert.equal(new URL(tab.url()).pathname, at);
    assert.equal(await tab.getByRole('link', { name: `Wrong paper of ${at}` }).count(), 0);
  }
});

test('on an account a document may be about its customer', async () => {
  const tab = await inside(browser, {}, clerk);
  await tab.goto(`${url}${pages[0]}`);
  await press(tab, 'd');
  const person = await tab.locator('#about option').nth(1).innerText();
  await tab.selectOption('#about', { label: person });
  await send(tab, paper('passport'));
  assert.match(await tab.locator('p.notice').innerText(), /document is kept/);
  assert.ok(await tab.getByRole('link', { name: 'lease "2026".pdf' }).count());
});

test('what is no document is refused with a sentence and what was typed stays', async () => {
  const tab = await inside(browser, {}, clerk);
  await tab.goto(`${url}/documents/new?at=premise-2`);
  await tab.fill('#name', 'Lease');
  await send(tab, { name: 'page.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') });
  const says = tab.getByRole('alert');
  assert.match(await says.innerText(), /^A document is a PDF or a JPEG.* Choose the file again\.$/);
  assert.equal(await tab.inputValue('#name'), 'Lease');
  expected(tab, 422);
  await sound(tab);
  // Twenty megabytes and one byte: read to the end, so that the browser shows the answer.
  const large = Buffer.alloc(20_000_001, ' ');
  large.write('%PDF-');
  await send(tab, { name: 'large.pdf', mimeType: 'application/pdf', buffer: large });
  assert.match(await says.innerText(), /has 20000001 bytes and 20000000 fit/);
  await send(tab, paper('twice'));
  assert.equal(new URL(tab.url()).pathname, '/premises/2');
  await tab.goto(`${url}/documents/new?at=premise-2`);
  await send(tab, paper('twice'));
  assert.match(await says.innerText(), /These bytes are document \d+ already/);
  // The page is where it was asked for, so that the language may change after a refusal too.
  await inSpanish(tab);
  await send(tab, paper('twice'));
  assert.match(await says.innerText(), /Esto ya es el documento \d+/);
  // Without script and without a choice the server says it.
  await tab.evaluate(() => document.querySelector('#file').removeAttribute('required'));
  await send(tab);
  assert.match(await says.innerText(), /Elija un archivo/);
  for (const at of ['bill-1', 'premise-99999', 'person-1', 'premise', '']) {
    assert.equal((await tab.goto(`${url}/documents/new?at=${at}`)).status(), 404, at);
  }
});

test('who may only look is offered nothing and let nowhere', async () => {
  const tab = await inside(browser, {}, auditor);
  for (const at of pages) {
    await tab.goto(url + at);
    assert.equal(await tab.locator('main a[href^="/documents/new"]').count(), 0, at);
  }
  assert.equal((await tab.goto(`${url}/documents/new?at=premise-1`)).status(), 403);
  const form = { at: 'premise-1', file: paper('by an auditor') };
  assert.equal((await tab.request.post(`${url}/documents/new?at=premise-1`, { multipart: form })).status(), 403);
});

test('photos come with the completion of an order', async () => {
  const tab = await inside(browser);
  await tab.goto(`${url}/orders/new?premise=3`);
  await tab.selectOption('#kind', 'inspection');
  await tab.locator('button[value="send"]').click();
  await tab.waitForLoadState();
  const order = tab.url();
  const complete = tab.locator('form:has(input[value="complete"])');
  const bring = async (files) => {
    await tab.setInputFiles('#photos', files);
    await complete.locator('button').click();
    await tab.waitForLoadState();
  };
  await tab.fill('#on', '2099-01-05');
  await tab.locator('form:has(input[value="assign"]) button').click();
  await complete.waitFor();
  await tab.fill('#found', 'Nothing odd');
  await bring([{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('GIF89a') }]);
  assert.match(await tab.getByRole('alert').innerText(), /A photo is a JPEG, PNG or WebP picture/);
  assert.equal(await tab.inputValue('#found'), 'Nothing odd');
  expected(tab, 422);
  await sound(tab);
  await bring([{ name: 'a.png', mimeType: 'image/png', buffer: picture }]);
  assert.equal(tab.url(), order);
  assert.match(await tab.locator('ol.tl').innerText(), /1 photo; Nothing odd/);
  const shown = tab.locator('main img[src*="/photos/"]');
  assert.equal(await shown.evaluate((it) => it.naturalWidth), 1);
  const got = await tab.request.get(url + await shown.getAttribute('src'));
  assert.deepEqual(await got.body(), picture);
  await sound(tab);
});
