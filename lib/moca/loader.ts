/**
 * Files of a program: the main file and everything it imports.
 *
 * @module
 */
import type { FileNode, ImportNode } from "./ast.ts";
import { failAt } from "./error.ts";
import { parse } from "./parser/parser.ts";

/**
 * Reads a source file.
 *
 * @param path Its path, relative to what the main file's path is relative to.
 * @returns Its text, or null if there is no such file.
 */
export type LoadSource = (path: string) => string | null;

/** Imports inside one another, at most. */
const MAX_IMPORT_DEPTH = 200;

class Loader {
  readonly files: FileNode[] = [];
  readonly #load: LoadSource;
  readonly #root: string;
  readonly #done = new Set<string>();
  readonly #active: string[] = [];

  constructor(load: LoadSource, mainPath: string) {
    this.#load = load;
    this.#root = directoryOf(mainPath);
  }

  add(source: string, path: string): FileNode {
    const key = normalized(path);
    this.#active.push(key);
    const file = parse(source, path);
    for (const node of file.imports) {
      this.#import(node, path);
    }
    this.#active.pop();
    this.#done.add(key);
    this.files.push(file);
    return file;
  }

  #import(node: ImportNode, from: string): void {
    const name = node.path.join(".");
    const candidates = this.#candidates(node, from);
    for (const path of candidates) {
      const key = normalized(path);
      if (this.#active.includes(key)) {
        failAt(`circular import detected: module '${name}'`, node.at);
      }
      if (this.#done.has(key)) {
        return;
      }
      const source = this.#load(path);
      if (source !== null) {
        if (this.#active.length >= MAX_IMPORT_DEPTH) {
          failAt(`imports too deep: more than ${MAX_IMPORT_DEPTH} levels`, node.at);
        }
        this.add(source, path);
        return;
      }
    }
    const [only] = candidates;
    failAt(
      node.relative
        ? `module '${name}' not found (looked at ${only})`
        : `module '${name}' not found in search paths: [${candidates.join(", ")}]`,
      node.at,
    );
  }

  #candidates(node: ImportNode, from: string): string[] {
    const path = node.path.join("/");
    if (node.relative) {
      return [`${directoryOf(from)}${path}.mc`];
    }
    return [`${this.#root}src/`, this.#root].flatMap((directory) => [
      `${directory}${path}.mc`,
      `${directory}${path}/mod.mc`,
    ]);
  }
}

/** The directory part of a path, with its slash; empty for the current directory. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** One spelling for each path, as far as text alone can tell. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== ".." && parts.at(-1) !== "") {
      parts.pop();
    } else if (part !== "." && (part !== "" || parts.length === 0)) {
      parts.push(part);
    }
  }
  return parts.join("/");
}

/**
 * Parses a program's main file and its imports, each once, imports before the files that import
 * them.
 *
 * @param source Text of the main file.
 * @param path Path of the main file, for messages and to find imports.
 * @param load Reads imported files.
 * @returns The files; the last is the main file.
 * @throws {MocaCompileError} For syntax errors, files not found and circular imports.
 */
export function loadFiles(source: string, path: string, load: LoadSource): FileNode[] {
  const loader = new Loader(load, path);
  loader.add(source, path);
  return loader.files;
}
