import { MOST_REPAIRS } from '#staging';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength, ValidateNested } from 'class-validator';
import { PARAMETER } from '../http/parameters.js';
import { plain } from '../http/problem.js';

const rule = ({ pattern, text }: { pattern: RegExp; text: { zh: string; en: string } }) => Matches(pattern, { context: text });
const MOST_ROW = 2 ** 31 - 1;

class RepairOrdered {
  @IsOptional() @IsInt() @Min(1) @Max(MOST_ROW) run?: number;
  @IsOptional() @IsInt() @Min(1) @Max(MOST_ROW) row?: number;
  @IsString() @MinLength(1) @MaxLength(100) column!: string;
  @IsOptional() @IsString() @MaxLength(2000) from?: string;
  @IsString() @MaxLength(2000) to!: string;
}

/** Which open rejects of a feed (all that are given must hold), and what to put in place of what. */
export class RedriveOrdered {
  @rule(PARAMETER.name) feed!: string;
  @IsOptional() @IsInt() @Min(1) @Max(MOST_ROW) run?: number;
  @IsOptional() @IsInt() @Min(1) @Max(MOST_ROW) row?: number;
  @IsOptional() @rule(PARAMETER.name) rule?: string;
  @IsOptional() @rule(PARAMETER.column) field?: string;
  @IsOptional() @rule(PARAMETER.township) township?: string;
  /** The token of a faulty cell's value, as the facets give it; or the value itself. */
  @IsOptional() @rule(PARAMETER.token) value?: string;
  @IsOptional() @IsString() @MaxLength(2000) valueText?: string;
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MOST_REPAIRS) @ValidateNested({ each: true }) @Type(() => RepairOrdered) repairs?: RepairOrdered[];

  /** What no single key can say. Throws HUSHU-GATEWAY-29. */
  check(): void {
    const faults = [
      ...(this.value !== undefined && this.valueText !== undefined ? [{ pointer: '/valueText', rule: 'either-or', text: { zh: 'value 与 valueText 只能给一个', en: 'Give value or valueText, not both' } }] : []),
      ...(this.repairs ?? []).flatMap(({ run, row }, place) => ((run === undefined) === (row === undefined) ? []
        : [{ pointer: `/repairs/${place}`, rule: 'row-of-run', text: { zh: 'run 与 row 须同时给出', en: 'Give both run and row, or neither' } }])),
    ];
    if (faults.length > 0) throw plain('HUSHU-GATEWAY-29', undefined, { faults });
  }
}
