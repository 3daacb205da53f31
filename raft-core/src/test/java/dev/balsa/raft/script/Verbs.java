// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import java.util.Map;
import java.util.TreeMap;

/** Every command there is, by its verb. */
final class Verbs {
  /** What a command does. */
  interface Verb {
    void run(World world, Command command);
  }

  private static final Map<String, Verb> ALL = new TreeMap<>();

  static {
    MemberVerbs.addTo(ALL);
    MembershipVerbs.addTo(ALL);
    NetworkVerbs.addTo(ALL);
    DiskVerbs.addTo(ALL);
    ForgeVerb.addTo(ALL);
  }

  private Verbs() {}

  static Map<String, Verb> all() {
    return ALL;
  }

  static Verb find(Command command) {
    Verb verb = ALL.get(command.verb());
    if (verb == null) {
      throw command.error("unknown command " + command.verb());
    }
    return verb;
  }
}
