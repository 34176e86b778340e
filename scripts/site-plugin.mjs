/**
 * A plugin of typedoc for `npm run docs`:
 * names in the guides and comments lead to their page, the search finds inherited members once and each section of a page,
 * and sources open as text.
 */
import { readFileSync } from 'node:fs';
import { Application, Comment, CommentTag, Converter, PageEvent, ReflectionKind, Renderer } from 'typedoc';
import { linkGuides } from './guide-links.mjs';
import { missingOfOption } from './option-comments.mjs';
import { optionGroup } from './option-groups.mjs';
import { searchable } from './site-sections.mjs';
import { openSources } from './site-sources.mjs';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const targets = targetsIn(project);
    linkGuides(project, targets);
    linkNames(project, targets);
    groupOptions(project);
  });
  app.renderer.on(Renderer.EVENT_PREPARE_INDEX, (index) => {
    index.searchResults = index.searchResults
      .filter(({ inheritedFrom, overwrites }) => !inheritedFrom && !overwrites)
      .flatMap((found) => (found.isDocument() ? partsOf(found, app.renderer.router) : [found]));
  });
  openSources(app.renderer);
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('navigationLinks', linksOfPackage());
  });
  showOptionsByGroup(app.renderer);
  keepPlurals(app.renderer);
  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    project.packageVersion = version;
  });
  highlightHoweverLong(app.renderer.markedPlugin);
}

const { name, version, repository } = JSON.parse(
  readFileSync(new URL('../packages/core/package.json', import.meta.url), 'utf8'),
);

const classesWithMethods = ['AuthFlow', 'StoredAuthFlow', 'DeviceCodeFlow', 'AuthorizationCodeFlow', 'TokenStorage'];

/**
 * The highlighter gives a line half a second of `Date.now`, and leaves the rest of it in one colour. So that every build
 * looks the same, however busy the machine is, its clock stands still.
 */
function highlightHoweverLong(markedPlugin) {
  const highlight = markedPlugin.getHighlighted.bind(markedPlugin);
  markedPlugin.getHighlighted = (code, language) => {
    const { now } = Date;
    const started = now();
    Date.now = () => started;
    try {
      return highlight(code, language);
    } finally {
      Date.now = now;
    }
  };
}

/**
 * The guides are read on a forge too, where `{@link}` would show as it is, so they name things in backticks; `@throws`
 * names errors plainly.
 */
function linkNames(project, targets) {
  const link = (part) => linkCode(part, targets);
  project.readme = project.readme?.map(link);
  for (const reflection of Object.values(project.reflections)) {
    const { comment } = reflection;
    if (reflection.isDocument()) reflection.content = reflection.content.map(link);
    if (comment === undefined) continue;
    comment.summary = comment.summary.map(link);
    for (const tag of comment.blockTags) {
      tag.content = tag.content.map(link);
      if (tag.tag === '@throws') tag.content = tag.content.flatMap((part) => linkErrors(part, targets));
    }
  }
}

function partsOf(page, router) {
  return searchable(page).map(({ anchor, part }) => {
    router.fullUrls.set(part, router.getFullUrl(page) + anchor);
    return part;
  });
}

function groupOptions(project) {
  const options = project.getReflectionsByKind(ReflectionKind.Property);
  const missing = new Set(options.flatMap(missingOfOption));
  if (missing.size > 0) throw new Error([...missing].join('\n'));
  for (const reflection of options) {
    const group = optionGroup(reflection);
    if (group === undefined) continue;
    reflection.comment ??= new Comment();
    reflection.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: group }]));
  }
}

/** Collects what a name in backticks may mean: an export, a method as `name()`, or a hook by its name alone. */
function targetsIn(project) {
  const exports = project.children.flatMap((module) => module.children ?? []);
  const targets = new Map(exports.toReversed().map((reflection) => [reflection.name, reflection]));
  const methods = classesWithMethods.toReversed().flatMap((name) => targets.get(name)?.children ?? []);
  for (const method of methods.filter(({ kind }) => kind === ReflectionKind.Method)) {
    for (const name of [`${method.name}()`, `flow.${method.name}()`]) targets.set(name, method);
    if (method.flags.isProtected) targets.set(method.name, method);
  }
  return targets;
}

function linkCode(part, targets) {
  const [, name] = (part.kind === 'code' && /^`([^`\n]+)`$/.exec(part.text)) || [];
  const target = targets.get(name);
  return target ? { kind: 'inline-tag', tag: '@linkcode', text: name, target } : part;
}

function linkErrors(part, targets) {
  if (part.kind !== 'text') return [part];
  return part.text.split(/\b([A-Z]\w+Error)\b/).map((text) => {
    const target = targets.get(text);
    return target ? { kind: 'inline-tag', tag: '@link', text, target } : { kind: 'text', text };
  });
}

/** Where the package is at home; `scripts/publish.mjs` publishes none whose manifest does not name its repository. */
function linksOfPackage() {
  const { url = repository } = Object(repository);
  const source = url && { Source: url.replace(/^git\+/, '').replace(/\.git$/, '') };
  return { ...source, npm: `https://www.npmjs.com/package/${name}` };
}

/** Typedoc lets lines break within names, and takes the end of `RFCs` and `URLs` for a word of its own. */
function keepPlurals(renderer) {
  renderer.on(PageEvent.END, (page) => {
    page.contents = page.contents.replace(/([A-Z])<wbr\/>([A-Z]s\b)/g, '$1$2');
  });
}

/** A page of options begins with all of them by the alphabet, two screens high, before those in groups. */
function showOptionsByGroup(renderer) {
  renderer.on(PageEvent.END, (page) => {
    if (!page.model.name.endsWith('Options') || page.model.kind !== ReflectionKind.Interface) return;
    page.contents = page.contents.replace(/<div class="tsd-signature">.*?<\/div>\n?/s, '');
  });
}
