// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The first members of a cluster: who they are and where they listen for each other.
 *
 * <p>A member's {@linkplain Member#context() context} is its address, and after the first line
 * break whatever the user wants to say of it: {@link #addressOf} and {@link #noteOf} take it apart.
 */
public final class Members {
  private final List<Member> members;

  private Members(List<Member> members) {
    this.members = List.copyOf(members);
  }

  /**
   * Members by their ids and addresses.
   *
   * @param members each as {@code id=host:port}, the id a positive decimal number
   * @throws IllegalArgumentException naming the one that is not of this form, or named twice
   */
  public static Members of(String... members) {
    Members all = none();
    for (String text : members) {
      int at = text.indexOf('=');
      if (at <= 0 || at == text.length() - 1) {
        throw new IllegalArgumentException("not a member, id=host:port is expected: " + text);
      }
      all = all.and(idOf(text.substring(0, at), text), text.substring(at + 1), "");
    }
    return all;
  }

  private static long idOf(String digits, String text) {
    try {
      return Long.parseUnsignedLong(digits.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a member's id is a positive number: " + text, e);
    }
  }

  /** Members by their ids and addresses. */
  public static Members of(Map<Long, String> addresses) {
    Members all = none();
    for (Map.Entry<Long, String> member : new TreeMap<>(addresses).entrySet()) {
      all = all.and(member.getKey(), member.getValue(), "");
    }
    return all;
  }

  /** Nobody yet. */
  public static Members none() {
    return new Members(List.of());
  }

  /**
   * These, and one more.
   *
   * @param id not 0, and of no other
   * @param address where it listens for its peers; without a line break
   * @param note whatever the user wants to say of it, may be empty
   */
  public Members and(long id, String address, String note) {
    if (address.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("an address has no line break: " + address);
    }
    for (Member member : members) {
      if (member.id() == id) {
        throw new IllegalArgumentException(
            "member " + Long.toUnsignedString(id) + " is named twice; each has an id of its own");
      }
    }
    List<Member> all = new ArrayList<>(members);
    all.add(Member.of(id, note.isEmpty() ? address : address + "\n" + note));
    return new Members(all);
  }

  /** The first configuration of their cluster. */
  public Membership membership() {
    return Membership.bootstrap(members);
  }

  /** Their addresses by id, ascending. */
  public Map<Long, String> addresses() {
    TreeMap<Long, String> addresses = new TreeMap<>();
    for (Member member : members) {
      addresses.put(member.id(), addressOf(member));
    }
    return addresses;
  }

  /** Where this member listens for its peers. */
  public static String addressOf(Member member) {
    int end = member.context().indexOf('\n');
    return end < 0 ? member.context() : member.context().substring(0, end);
  }

  /** What the user said of this member; empty if nothing. */
  public static String noteOf(Member member) {
    int end = member.context().indexOf('\n');
    return end < 0 ? "" : member.context().substring(end + 1);
  }

  /**
   * The cluster's id: the same for the same token and members on every machine, and never 0.
   * Clusters that might meet on a network are told apart by their tokens.
   */
  public long clusterId(String token) {
    MessageDigest digest = sha256();
    digest.update(token.getBytes(StandardCharsets.UTF_8));
    addresses()
        .forEach(
            (id, address) -> {
              digest.update((byte) 0);
              digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, id));
              digest.update(address.getBytes(StandardCharsets.UTF_8));
            });
    long id = ByteBuffer.wrap(digest.digest()).getLong();
    return id == 0 ? 1 : id;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
