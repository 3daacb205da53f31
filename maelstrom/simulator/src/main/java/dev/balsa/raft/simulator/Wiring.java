// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.wal.fs.FileSystem;

/**
 * Where a part of a member can be replaced by another. Tests plant bugs here, to see that the
 * checkers find them.
 */
interface Wiring {
  /** Everything as it is. */
  Wiring STRAIGHT = new Wiring() {};

  default FileSystem fileSystem(long member, FileSystem fileSystem) {
    return fileSystem;
  }

  default LogEngine logEngine(long member, LogEngine engine) {
    return engine;
  }

  default Transport transport(long member, Transport transport) {
    return transport;
  }
}
