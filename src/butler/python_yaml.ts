/** YAML 1.1 as Python's clients read and write it: PyYAML's resolver, where the library's own tags differ from it. */
import type { Tags } from 'yaml';

/** What a plain text must look like to be more than a text. */
const forms: { readonly [tag: string]: RegExp } = {
  // y and n are texts: the band y.
  'tag:yaml.org,2002:bool true': /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/,
  'tag:yaml.org,2002:bool false': /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  // 08 is a text: no octal number has that digit.
  'tag:yaml.org,2002:int': /^[-+]?(?:0|[1-9][0-9_]*)$/,
  // A float has a digit before its point or after it.
  'tag:yaml.org,2002:float': /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/,
  // One with an exponent has a point and the exponent's sign: e1 and 5e-7 are texts.
  'tag:yaml.org,2002:float EXP': /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)[eE][-+][0-9]+$/,
};

/** The name of a tag's form in the list; true and false share a tag. */
function formOf(tag: Exclude<Tags[number], string>): string {
  if (tag.tag === 'tag:yaml.org,2002:bool') return `${tag.tag} ${tag.identify?.(true) ?? false}`;
  // What has no digits, as .nan, is a form of its own.
  if ('test' in tag && tag.test?.test('.nan')) return `${tag.tag} NAN`;
  return 'format' in tag && tag.format !== undefined ? `${tag.tag} ${tag.format}` : tag.tag;
}

/** The library's tags with PyYAML's idea of what is a boolean or a number. */
export function pythonTags(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === 'string' || tag.collection) return tag;
    const test = forms[formOf(tag)];
    return test ? { ...tag, test } : tag;
  });
}
