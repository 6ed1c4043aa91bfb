/** What a cursor gives behind its last record: no record is this. */
export const END_OF_RECORDS: unique symbol = Symbol('end of records');
