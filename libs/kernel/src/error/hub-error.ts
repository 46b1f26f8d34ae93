/** Words for people: always both languages. */
export interface Text { zh: string; en: string }

export interface HubErrorParts {
  /** HUSHU-<stage>-<nn>, for example HUSHU-KEYS-03. */
  code: string;
  zh: string;
  en: string;
  /** An action the reader can take. */
  hintZh?: string;
  hintEn?: string;
  /** Machine-readable circumstances; never a value that belongs to a person. */
  details?: unknown;
  /** The same call may succeed later without anyone changing anything. */
  retry?: boolean;
  cause?: unknown;
}

/** What every library throws when it cannot do what was asked. Bad data is not an error: it is rows. */
export class HubError extends Error {
  readonly code: string;
  readonly text: Text;
  readonly details?: unknown;
  readonly hint?: Text;
  readonly retry: boolean;

  constructor(parts: HubErrorParts) {
    super(`${parts.code} ${parts.en}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'HubError';
    this.code = parts.code;
    this.text = { zh: parts.zh, en: parts.en };
    this.details = parts.details;
    if (parts.hintZh !== undefined || parts.hintEn !== undefined) {
      this.hint = { zh: parts.hintZh ?? parts.hintEn ?? '', en: parts.hintEn ?? parts.hintZh ?? '' };
    }
    this.retry = parts.retry ?? false;
  }

  /** The error as plain data, for a reply, a log line or another thread. */
  toJSON(): { code: string; text: Text; details?: unknown; hint?: Text; retry: boolean } {
    return { code: this.code, text: this.text, details: this.details, hint: this.hint, retry: this.retry };
  }
}
