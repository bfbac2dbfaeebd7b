import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { LabServer } from './lab-server.ts';

/** Where screenshots stay after a test. */
const screenshots = path.resolve('test-results/jupyterlab');
const patienceMs = 150_000;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
    timeout: patienceMs,
  });
}

/** A notebook in JupyterLab, used as people use it: by what they see and click. */
export class LabNotebook {
  readonly page: Page;
  readonly #file: string;
  readonly #kernel: string;

  private constructor(page: Page, file: string, kernel: string) {
    this.page = page;
    this.#file = file;
    this.#kernel = kernel;
  }

  /** Opens a notebook and waits for its kernel. @param file path below the server's folder */
  static async open(
    browser: Browser,
    server: LabServer,
    file: string,
    kernel = 'TypeScript',
  ): Promise<LabNotebook> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
    page.setDefaultTimeout(patienceMs);
    const notebook = new LabNotebook(page, path.join(server.folder, file), kernel);
    await page.goto(`${server.url}lab/tree/${file}?token=${server.token}&reset`);
    try {
      await notebook.cell(1).waitFor();
      await notebook.idle();
    } catch (error) {
      await notebook.picture('not-ready').catch(() => undefined);
      const status = await page
        .locator('#jp-bottom-panel, .jp-Dialog')
        .allInnerTexts()
        .catch(() => 'nothing');
      throw new Error(`"${file}" is not ready, JupyterLab shows ${JSON.stringify(status)}`, { cause: error });
    }
    return notebook;
  }

  /** Resolves when the kernel takes cells: the status bar says so. */
  async idle(): Promise<void> {
    await this.page.getByText(`${this.#kernel} | Idle`).waitFor();
  }

  async menu(menu: string, item: RegExp): Promise<void> {
    await this.page.locator('.lm-MenuBar-itemLabel', { hasText: menu }).first().click();
    await this.page.locator('.lm-Menu-itemLabel', { hasText: item }).first().click();
  }

  /** Restarts the kernel and says yes to the question. What the status bar said before counts no more once the server answered. */
  async restart(): Promise<void> {
    await this.menu('Kernel', /^Restart Kernel…$/);
    const answered = this.page.waitForResponse(/\/api\/kernels\/[^/]+\/restart/);
    await this.page.locator('.jp-Dialog-button.jp-mod-accept').click();
    await answered;
    await this.idle();
  }

  /** Presses the square in the toolbar. */
  async stop(): Promise<void> {
    await this.page.locator('[data-jp-item-name="interrupt"] jp-button').first().click();
  }

  /** The n-th code cell, counted from 1. */
  cell(number: number): Locator {
    return this.page.locator('.jp-Notebook .jp-CodeCell').nth(number - 1);
  }

  /** What each output of a cell says, as it is read on the screen. */
  texts(number: number): Promise<readonly string[]> {
    return this.cell(number).locator('.jp-OutputArea-output').allInnerTexts();
  }

  /** Waits until one of a cell's outputs says this; gives it. */
  async shows(number: number, text: RegExp): Promise<string> {
    const said = expect.poll(() => this.texts(number), { timeout: patienceMs, interval: 50 });
    await said.toContainEqual(expect.stringMatching(text));
    return (await this.texts(number)).find((each) => text.test(each)) ?? '';
  }

  /** Clicks into a cell and presses Shift+Enter; resolves at once. */
  async start(number: number): Promise<void> {
    await this.cell(number).locator('.cm-content').click();
    await this.page.keyboard.press('Shift+Enter');
  }

  /** Runs a cell to its end: a number appears where the star was. The number before is taken away, as it may come again. */
  async run(number: number): Promise<void> {
    const prompt = this.cell(number).locator('.jp-InputPrompt');
    await prompt.evaluate((element) => {
      element.textContent = '';
    });
    await this.start(number);
    await this.ended(number);
  }

  /**
   * Resolves once a cell has its number and the kernel takes the next one. For 200 ms after an error it drops what it is sent, and
   * says nothing of it.
   */
  async ended(number: number): Promise<void> {
    const cell = this.cell(number);
    await expect
      .poll(() => cell.locator('.jp-InputPrompt').textContent(), { timeout: patienceMs, interval: 50 })
      .toMatch(/^\[\d+\]:$/);
    const errors = cell.locator('[data-mime-type="application/vnd.jupyter.stderr"]');
    if ((await errors.count()) > 0) await this.page.waitForTimeout(1000);
  }

  /** Types a new text into a cell, as somebody would who does not save. */
  async type(number: number, text: string): Promise<void> {
    await this.cell(number).locator('.cm-content').click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(text);
  }

  /** Presses Ctrl+S and waits until the file is written. */
  async save(): Promise<void> {
    const written = (): number => statSync(this.#file).mtimeMs;
    const before = written();
    await this.page.keyboard.press('Control+S');
    await expect.poll(written, { timeout: patienceMs, interval: 50 }).toBeGreaterThan(before);
  }

  /** Keeps a picture for people to look at, and says where. */
  async picture(name: string, of: Page | Locator = this.page): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    const file = path.join(screenshots, `${name}.png`);
    await of.screenshot({ path: file });
    console.log(`screenshot: ${path.relative(process.cwd(), file)}`);
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
