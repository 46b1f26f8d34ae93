import type { FeedSource } from './feed-source.js';
import { HouseholdRegistrationFeed } from './household-registration.js';
import { MedicalInsuranceFeed } from './medical-insurance.js';
import { StandardAddressFeed } from './standard-address.js';

/** The departments' registers of one block. Each is built only when its feed is wanted. */
export class Registers {
  readonly households = new HouseholdRegistrationFeed();
  readonly addresses = new StandardAddressFeed();
  readonly medical = new MedicalInsuranceFeed();

  get all(): FeedSource[] {
    return [this.households, this.addresses, this.medical] as FeedSource[];
  }
}
