import type { Notices } from './alert/notices.js';
import type { FeedWatch } from './state/feed-watch.js';

/** One round: looks how feeds stand, gathers what is news, sends what is due. */
export class Watch {
  constructor(private readonly feeds: FeedWatch, private readonly notices: Notices) {}

  async round(): Promise<void> {
    await this.feeds.look();
    await this.notices.gather();
    await this.notices.send();
  }
}
