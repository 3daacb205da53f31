// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.RequestException;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.node.Members;
import java.util.List;

/**
 * A member's peer URLs, which its configuration carries as a note; the address under which the
 * others find it is the first one's.
 */
final class PeerUrls {
  private PeerUrls() {}

  /**
   * What a request names, sorted; refused unless it is at least one, and each {@code
   * http://HOST:PORT}.
   */
  static List<String> check(List<String> urls) throws RequestException {
    if (urls.isEmpty()) {
      throw new RequestException(KvError.BAD_MEMBER_URLS);
    }
    try {
      return urls.stream().map(url -> Url.parse(url.strip()).toString()).sorted().toList();
    } catch (IllegalArgumentException e) {
      throw new RequestException(KvError.BAD_MEMBER_URLS);
    }
  }

  static List<String> of(Member member) {
    return Members.noteOf(member).lines().toList();
  }

  static String address(List<String> urls) {
    return Url.parse(urls.get(0)).hostAndPort();
  }

  /** A member of this id, as a configuration describes it. */
  static Member member(long id, List<String> urls) {
    return Members.none().and(id, address(urls), note(urls)).membership().member(id);
  }

  static String note(List<String> urls) {
    return String.join("\n", urls);
  }
}
