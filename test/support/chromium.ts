import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** This machine's Chromium; says so and gives undefined when there is none, since the product needs none. */
export function findChromium(): string | undefined {
  const found = PLACES.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) process.stderr.write('No Chromium here: pages are not looked at. Install it (apt-get install chromium) or name it in CHROMIUM.\n');
  return found;
}

/** As root Chromium has no sandbox to run in. */
export function openChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
