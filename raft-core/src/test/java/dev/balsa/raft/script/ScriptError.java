// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

/** A script that cannot be run: names the file, the line, and what is wrong there. */
final class ScriptError extends RuntimeException {
  private static final long serialVersionUID = 1;

  ScriptError(String file, int line, String problem) {
    super(file + ":" + line + ": " + problem);
  }
}
