/** Versions of an APDB's schema and of the client's code that uses it, and which of them go together. */
import { type Apdb, metadataKeys } from './apdb.ts';
import { apdbError } from './errors.ts';
import { schema10 } from './schema/schema10.ts';

/** The versions of the client's code that these tables are for. */
const codeVersion = '1.2.1';
const replicaVersion = '1.0.0';

/** What the table metadata says of the versions of an APDB that is made here. */
export function writeVersions(apdb: Apdb, schemaVersion: string): void {
  apdb.setMetadata(metadataKeys.schemaVersion, schemaVersion);
  apdb.setMetadata(metadataKeys.codeVersion, codeVersion);
  if (apdb.options.enable_replica) apdb.setMetadata(metadataKeys.replicaVersion, replicaVersion);
}

/** Same major number, and a minor one that is not newer; the patch does not matter. */
function fits(theirs: string, ours: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(theirs) ?? [];
  const [ourMajor, ourMinor] = ours.split('.').map(Number);
  return Number(major) === ourMajor && Number(minor) <= ourMinor!;
}

/** @throws IncompatibleVersionError where an APDB that a client made is not for this Almagest */
export function requireVersions(apdb: Apdb): void {
  const wrong = [
    [metadataKeys.schemaVersion, schema10.version],
    [metadataKeys.codeVersion, codeVersion],
    [metadataKeys.replicaVersion, replicaVersion],
  ].flatMap(([key, ours]) => {
    const theirs = apdb.getMetadata(key!);
    if (theirs === undefined && key === metadataKeys.replicaVersion) return [];
    return theirs !== undefined && fits(theirs, ours!)
      ? []
      : [`${key}: ${theirs ?? 'not there'}, and this Almagest works with ${ours}`];
  });
  if (wrong.length > 0)
    throw apdbError('IncompatibleVersionError', `the APDB '${apdb.name}' is of another version`, {
      detail: wrong.join('\n'),
      hint: 'Major numbers have to be the same, and minor ones of the database not newer: migrate it with its client, or update Almagest.',
    });
}
