// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.wal.SegmentReader.Found;
import dev.balsa.raft.wal.fs.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Decodes a segment as recovery does, without a log around it: the door for whoever feeds it
 * millions. Whatever it is fed, it either accepts records or says why not; anything else that is
 * thrown is a bug.
 */
public final class SegmentDecoder {
  private static final Path PATH = Path.of("/wal/00000000000000000001.wal");

  private final Checksums checksums = new Checksums();
  private final ArrayFile file = new ArrayFile();
  private SegmentHeader header;
  private SegmentReader reader;
  private Groups groups = new Groups(new SegmentUsage());
  private int accepted;

  /** What is folded into the checksums of this segment's records. */
  public static int mask(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    return SegmentKey.of(bytes.getLong(32), bytes.getLong(40), bytes.getInt(80)).mask();
  }

  /** Decodes as the oldest and last segment of a log; returns how many records were accepted. */
  public int decode(byte[] segment) {
    accepted = 0;
    SegmentUsage usage = new SegmentUsage();
    groups = new Groups(usage);
    file.content = segment;
    try {
      readHeader(segment);
      usage.begin(header);
      long offset = header.sectorBytes();
      if (reader.look(offset) == Found.BATCH && reader.batchBytes() == header.headBytes()) {
        replay(offset, (record, payload) -> groups.replayHead(record, payload, true));
        readBatches(offset + header.headBytes());
      }
    } catch (WalException e) {
      // Said why not.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return accepted;
  }

  private void readHeader(byte[] segment) throws WalException {
    ByteBuffer first = ByteBuffer.wrap(segment, 0, SegmentHeader.READ_BYTES);
    SegmentHeader read = SegmentHeader.read(first, PATH, segment.length, checksums);
    if (!read.equals(header)) {
      header = read;
      reader = new SegmentReader(PATH, header, file);
    }
  }

  private void readBatches(long from) throws IOException {
    long offset = from;
    while (reader.look(offset) == Found.BATCH) {
      replay(offset, groups::replay);
      if (!reader.isIdentified()) {
        reader.writeTrailer(offset);
      }
      offset += reader.batchBytes();
    }
    reader.scan(offset);
  }

  private void replay(long offset, SegmentReader.RecordSink sink) throws WalException {
    try {
      reader.forEachRecord(
          offset,
          (record, payload) -> {
            sink.accept(record, payload);
            accepted++;
          });
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new WalException("contradicts what came before", e);
    }
  }

  /** A file that is an array, and is only read. */
  private static final class ArrayFile implements StorageFile {
    private byte[] content = Payloads.NONE;

    @Override
    public long size() {
      return content.length;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      if (position >= content.length) {
        return -1;
      }
      int count = Math.min(target.remaining(), content.length - (int) position);
      target.put(content, (int) position, count);
      return count;
    }

    @Override
    public int write(ByteBuffer source, long position) {
      throw new AssertionError("a decoder writes nothing");
    }

    @Override
    public void truncate(long size) {
      throw new AssertionError("a decoder writes nothing");
    }

    @Override
    public void force() {
      throw new AssertionError("a decoder writes nothing");
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}
