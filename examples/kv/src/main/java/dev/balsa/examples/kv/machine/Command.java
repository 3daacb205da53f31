// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.TxnRequest;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A request as an entry of the log: one byte that says which, and the request's own bytes. */
public final class Command {
  static final byte PUT = 1;
  static final byte DELETE_RANGE = 2;
  static final byte TXN = 3;
  static final byte COMPACT = 4;
  static final byte DESCRIBE_MEMBER = 5;

  private Command() {}

  public static byte[] of(PutRequest request) {
    return encode(PUT, request);
  }

  public static byte[] of(DeleteRangeRequest request) {
    return encode(DELETE_RANGE, request);
  }

  public static byte[] of(TxnRequest request) {
    return encode(TXN, request);
  }

  public static byte[] of(CompactionRequest request) {
    return encode(COMPACT, request);
  }

  /** Tells everybody under which name and URLs a member can be reached. */
  public static byte[] of(Member description) {
    return encode(DESCRIBE_MEMBER, description);
  }

  /** Has everybody forget what a member that has left has said of itself. */
  public static byte[] forgetting(long memberId) {
    return encode(DESCRIBE_MEMBER, Member.newBuilder().setID(memberId).build());
  }

  private static byte[] encode(byte type, MessageLite request) {
    byte[] command = new byte[1 + request.getSerializedSize()];
    command[0] = type;
    try {
      request.writeTo(CodedOutputStream.newInstance(command, 1, command.length - 1));
    } catch (IOException e) {
      throw new UncheckedIOException("the size was computed by the same code", e);
    }
    return command;
  }

  /**
   * The request in a command. Its bytes fields are views of the command.
   *
   * @throws IllegalArgumentException if the bytes are not what they say they are
   */
  static <T> T decode(byte[] command, Parser<T> parser) {
    ByteString request = UnsafeByteOperations.unsafeWrap(command).substring(1);
    CodedInputStream in = request.newCodedInput();
    in.enableAliasing(true);
    try {
      return parser.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("malformed command of type " + command[0], e);
    }
  }
}
