/** YAML 1.1 as Python's clients read and write it. */
import type { Tags } from 'yaml';

/**
 * Tags with Python's idea of a float that has an exponent: digits, a point, and the exponent's sign. The library's own
 * would make numbers of names such as e1.
 */
export function pythonTags(tags: Tags): Tags {
  return tags.map((tag) =>
    typeof tag !== 'string' &&
    !tag.collection &&
    tag.tag === 'tag:yaml.org,2002:float' &&
    tag.format === 'EXP'
      ? { ...tag, test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)[eE][-+][0-9]+$/ }
      : tag,
  );
}
