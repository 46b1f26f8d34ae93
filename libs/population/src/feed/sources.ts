import type { Person } from '../people/person.js';
import { BirthCertificateFeed } from './birth-certificate.js';
import { CompulsoryEducationFeed } from './compulsory-education.js';
import { DeathCertificateFeed } from './death-certificate.js';
import type { FeedSource, LifeEvent } from './feed-source.js';
import { HealthRecordFeed } from './health-record.js';
import { HouseholdRegistrationFeed } from './household-registration.js';
import { HousingSecurityFeed } from './housing-security.js';
import { MarriageFeed } from './marriage.js';
import { MedicalInsuranceFeed } from './medical-insurance.js';
import { PensionFeed } from './pension.js';
import { ResidencePermitFeed } from './residence-permit.js';
import { ResidenceRegistrationFeed } from './residence-registration.js';
import { StandardAddressFeed } from './standard-address.js';

/** The departments' registers of one block. Only those begun keep anything. */
export class Registers {
  readonly households = new HouseholdRegistrationFeed();
  readonly addresses = new StandardAddressFeed();
  readonly pensions = new PensionFeed();
  readonly deaths = new DeathCertificateFeed();
  readonly marriages = new MarriageFeed();

  /** In the order of a day's deliveries: what others refer to first. */
  readonly all = [
    this.households, this.addresses, new ResidenceRegistrationFeed(), new ResidencePermitFeed(), new MedicalInsuranceFeed(), this.pensions,
    new CompulsoryEducationFeed(), new HealthRecordFeed(), new BirthCertificateFeed(), this.deaths, this.marriages, new HousingSecurityFeed(),
  ] as FeedSource[];

  tell(event: LifeEvent, person: Person, day: number): void {
    for (const source of this.all) source.on(event, person, day);
  }
}
