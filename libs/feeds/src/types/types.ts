import type { FieldType } from '../contract/contract.js';
import { address } from './address.js';
import { code } from './code.js';
import { date } from './date.js';
import { division } from './division.js';
import { document } from './document.js';
import { month } from './month.js';
import { name } from './name.js';
import { decimal, integer } from './number.js';
import { phone } from './phone.js';
import { stamp } from './stamp.js';
import { text } from './text.js';
import type { ValueType } from './value-type.js';

export const VALUE_TYPES: Record<FieldType, ValueType> = {
  text, code, date, month, stamp, integer, decimal, division, name, phone, address, document,
};
