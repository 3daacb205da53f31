// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.List;

/**
 * The members that one which wants to join knows of: it asks them for their cluster and for all the
 * others. Asked once, when it is needed.
 *
 * <p><b>Threads.</b> One.
 */
final class Seeds {
  private final List<String> addresses;
  private final Transport transport;
  private Introduction answer;

  Seeds(List<String> addresses, Transport transport) {
    this.addresses = addresses;
    this.transport = transport;
  }

  /**
   * The first answer.
   *
   * @throws IOException naming all of them if nobody answers
   */
  Introduction ask() throws IOException {
    if (answer != null) {
      return answer;
    }
    IOException problem =
        new IOException(
            "none of the members at "
                + addresses
                + " says which cluster to join; see that one of them is up and can be reached from"
                + " here");
    for (String address : addresses) {
      try {
        answer = transport.ask(address);
        return answer;
      } catch (IOException e) {
        problem.addSuppressed(e);
      }
    }
    throw problem;
  }

  /** Who is to be heard and answered before this one knows a configuration. */
  Members contacts() throws IOException {
    return Members.of(ask().addresses());
  }
}
