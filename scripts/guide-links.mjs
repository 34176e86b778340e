/**
 * Ties the reference to the guides: a line "Reference: `Name`, `Other`." in a section of a guide puts a link to that
 * section on the page of each; the names lead there by themselves.
 */
import { Comment, CommentTag } from 'typedoc';

const referenceLine = /^Reference: (.*)\.$/;

export function linkGuides(project, targets) {
  for (const reflection of Object.values(project.reflections)) {
    if (!reflection.isDocument()) continue;
    const file = project.files.getReflectionPath(reflection);
    for (const { heading, names } of sectionsIn(Comment.combineDisplayParts(reflection.content))) {
      const { target, anchor } = project.files.registerAbsolute(`${file}#${anchorOf(heading)}`);
      for (const name of names) {
        const named = targets.get(name);
        if (named === undefined) throw new Error(`${file}: under "${heading}", ${name} is no export.`);
        named.comment ??= new Comment();
        named.comment.blockTags.push(
          new CommentTag('@guide', [
            { kind: 'text', text: `[${reflection.name} › ${heading}](` },
            { kind: 'relative-link', text: `${file}#${anchor}`, target, targetAnchor: anchor },
            { kind: 'text', text: ')' },
          ]),
        );
      }
    }
  }
}

function sectionsIn(markdown) {
  const sections = [];
  let heading;
  for (const line of markdown.split('\n')) {
    heading = /^##+ (.*)/.exec(line)?.[1] ?? heading;
    const names = referenceLine.exec(line)?.[1].match(/(?<=`)\w+(?=`)/g);
    if (names) sections.push({ heading, names });
  }
  return sections;
}

/** The anchor of a heading, as forges and typedoc make it. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
