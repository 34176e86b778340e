/** What has to be said of each option, of flows and of storages. */
import { Comment } from 'typedoc';

const explained = /^(\w*Flow|\w*TokenStorage|FileLock|AccessToken|Retry|ClientAssertion|Redis|RedisServer)Options$/;
const unit = /\b(seconds|how (often|many)|number)\b/i;
const occasion = /\b(Set it|[Rr]arely needed)\b/;

/** Says what is missing in the comment of an option that may be left out: default, unit of a number, when to touch it. */
export function missingOfOption({ name, parent, comment, flags, type, inheritedFrom }) {
  if (!explained.test(parent?.name ?? '') || !flags.isOptional || inheritedFrom) return [];
  const text = Comment.combineDisplayParts(comment?.summary).replace(/\s+/g, ' ');
  const missing = [];
  if (!comment?.getTag('@defaultValue')) missing.push('@defaultValue');
  if (/\bnumber\b/.test(String(type)) && !unit.test(text)) missing.push('its unit');
  if (!occasion.test(text)) missing.push('when to set it ("Set it …", "Rarely needed: …")');
  return missing.map((what) => `${parent.name}.${name} does not say ${what}.`);
}
