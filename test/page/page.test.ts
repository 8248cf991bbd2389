/** The page of the documentation in headless Chromium: `utrace/sim` in a browser, from a disk, without a network. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../support/paths.ts';
import { TRANSCRIPT } from '../unit/sim/seeds.ts';

const executablePath = '/usr/bin/chromium';
const missing = existsSync(executablePath) ? '' : ' (skipped: there is no chromium here: apt-get install chromium)';
const address = pathToFileURL(join(root, 'dist', 'docs', 'index.html')).href;

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(missing !== '')(`the page${missing}`, () => {
  let browser: Browser;
  let page: Page;
  /** What the page complained of, and what it asked of anybody. */
  let complaints: string[];
  let requests: string[];

  beforeAll(async () => {
    for (const script of ['ensure-built.mjs', 'build-docs.mjs']) {
      execFileSync(process.execPath, [join(root, 'scripts', script)], { stdio: ['ignore', 'ignore', 2] });
    }
    browser = await chromium.launch({ executablePath, args: ARGS });
  }, 120_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    complaints = [];
    requests = [];
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !/^(file|blob):/.test(url))).toEqual([]);
  });

  const open = (hash = ''): Promise<unknown> => page.goto(address + hash);
  const text = (selector: string): Promise<string> => page.locator(selector).innerText();
  const choices = (): Promise<string[]> => page.locator('#next button b').allInnerTexts();
  const choose = (name: string): Promise<void> =>
    page.getByRole('button', { name: new RegExp(`^${name} \\d`) }).click();
  /** The diagram, as text: every label in its order. */
  const labels = async (): Promise<string[]> => (await page.locator('#sequence svg.body text').allTextContents()) ?? [];

  test.each([
    ['notify', 'round-robin'],
    ['listen', 'random'],
    ['notify', 'run-to-block'],
  ])('%s prints its transcript, %s', async (program, policy) => {
    await open();
    await page.getByRole('combobox', { name: 'Program' }).selectOption(program);
    await page.getByRole('combobox', { name: 'Scheduler' }).selectOption(policy);
    await page.getByRole('button', { name: 'To the end' }).click();
    expect((await text('#output')).trimEnd().split('\n')).toEqual(TRANSCRIPT);
    expect(await text('#status')).toBe('All programs have ended.');
    expect(await text('#tasks')).toBe('All tasks are gone.');
    expect(await text('#clock')).toContain('7 s');
  });

  test('whoever is chosen runs: another choice is another sequence; back undoes it', async () => {
    await open('#program=lost-stop');
    expect(await choices()).toEqual(['parent']);
    await choose('parent');
    await choose('parent');
    expect(await choices()).toEqual(['parent', 'tracee', 'tracer']);

    await choose('parent');
    const first = await labels();
    expect(first.filter((label) => label.startsWith('kill SIGSTOP')).length).toBe(1);
    await page.getByRole('button', { name: 'Back' }).click();
    expect(await labels()).not.toEqual(first);
    await choose('tracer');
    const second = await labels();
    expect(second.some((label) => label.startsWith('PTRACE_SEIZE'))).toBe(true);
    expect(second.some((label) => label.startsWith('kill SIGSTOP'))).toBe(false);

    await page.getByRole('button', { name: 'Back' }).click();
    await choose('parent');
    expect(await labels()).toEqual(first);
  });

  test('what tasks are told as: who is held, and by whom', async () => {
    await open('#program=lost-stop&schedule=2x3,4,3');
    const tracee = page.getByRole('article', { name: 'tracee 3' });
    await expect.poll(() => tracee.innerText()).toContain('holds it: delivery of SIGSTOP');
    expect(await tracee.innerText()).toContain('not waited for');
    expect(await tracee.innerText()).toContain('STOP_DEQUEUED');
    expect(await page.locator('#sequence rect.note.held').count()).toBe(1);
  });

  test('keys: digits choose, arrows go back and on', async () => {
    await open('#program=lost-stop');
    for (const key of ['1', '1', '3']) await page.keyboard.press(key);
    expect(await page.locator('#log .now').allInnerTexts()).toEqual([expect.stringContaining('PTRACE_SEIZE')]);
    await page.keyboard.press('ArrowLeft');
    expect(await text('#status')).toBe('1 recorded steps follow; another choice forgets them.');
    await page.keyboard.press('ArrowRight');
    expect(await text('#status')).toBe('3 steps were made.');
    await page.keyboard.press('Home');
    expect(await labels()).toEqual([]);
  });

  test('the focus stays with the task that is chosen by keyboard', async () => {
    await open('#program=notify');
    await page.locator('#next button').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.locator('#next button:focus b').innerText()).toBe('mother');
  });

  test('the address is the run: it can be opened elsewhere', async () => {
    await open('#program=two-tracers');
    await page.getByRole('combobox', { name: 'Scheduler' }).selectOption('random');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.getByRole('button', { name: 'To the end' }).click();
    for (let n = 0; n < 5; n++) await page.getByRole('button', { name: 'Back' }).click();
    const [log, link] = [await text('#log'), page.url()];
    expect(link).toMatch(/#program=two-tracers&schedule=[\dx,]+&at=\d+$/);
    const other = await browser.newPage();
    await other.goto(link);
    expect(await other.locator('#log').innerText()).toBe(log);
    expect(await other.getByRole('combobox', { name: 'Program' }).inputValue()).toBe('two-tracers');
    await other.close();
  });

  test('requests in parts: the windows are steps, and the link says so', async () => {
    await open('#program=listen');
    await page.getByRole('checkbox', { name: 'ptrace requests in parts' }).check();
    await page.getByRole('button', { name: 'To the end' }).click();
    expect((await text('#output')).trimEnd().split('\n')).toEqual(TRANSCRIPT);
    expect(await text('#log')).toContain('in a ptrace request');
    expect(await text('#command')).toContain(' --split-requests');
    const log = await text('#log');
    const other = await browser.newPage();
    await other.goto(page.url());
    expect(await other.locator('#log').innerText()).toBe(log);
    await other.close();
  });

  test('a link that does not fit says so', async () => {
    await open('#program=listen&schedule=2,9');
    expect(await text('#status')).toBe("The link's schedule fits for 1 steps only: task 9 is not ready.");
  });

  test('it plays by itself, and pauses', async () => {
    await open('#program=listen');
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => page.locator('#sequence .step').count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Pause' }).click();
    const at = await text('#clock');
    await page.waitForTimeout(500);
    expect(await text('#clock')).toBe(at);
  });

  test('the search finds the lost stop, and shows it', async () => {
    await open('#program=lost-stop');
    await page.getByRole('button', { name: 'Explore' }).click();
    await page.getByRole('button', { name: 'Load the counterexample' }).click({ timeout: 30_000 });
    expect(await text('#found')).toContain('is wrong: the parent waits for ever.');
    expect(page.url()).toContain('&at=0');
    await page.getByRole('button', { name: 'To the end' }).click();
    expect(await text('#status')).toContain('Wrong: the parent waits for ever.');
    expect(await text('#command')).toMatch(/^utrace sim replay docs\/examples\/lost-stop\.mjs [\dx,]+$/);
  });

  test('the mended program is right in every interleaving', async () => {
    await open('#program=lost-stop-mended');
    await page.getByRole('combobox', { name: 'Search with' }).selectOption('1');
    await page.getByRole('button', { name: 'Explore' }).click();
    await expect.poll(() => text('#found'), { timeout: 30_000 }).toContain('Nothing is wrong in any.');
  });

  test('every control has a name', async () => {
    await open('#program=lost-stop&schedule=2x2');
    const controls = page.locator('button, select, input, a, [role="img"], article');
    for (const control of await controls.all()) {
      if (!(await control.isVisible())) continue;
      expect(await control.ariaSnapshot(), await control.evaluate('(it) => it.outerHTML')).toMatch(/ "[^"]+"/);
    }
  });
});
