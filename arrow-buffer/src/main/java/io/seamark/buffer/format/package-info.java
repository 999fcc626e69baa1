/**
 * The append-only log behind the edge's outbox and the cloud's replay buffer, and its format, well
 * enough for another implementation. {@link io.seamark.buffer.format.SegmentLog} is where to start:
 * what its writer and its readers share. The writer begins with the recovery of what it finds.
 *
 * <h2>Terms</h2>
 *
 * All numbers are little-endian. {@code [u32]} is an unsigned 32-bit number, {@code [u64]} a 64-bit
 * one. CRC is CRC-32C (Castagnoli, as in iSCSI). A <em>message</em> is an Arrow encapsulated IPC
 * message, metadata version V5: {@code FF FF FF FF}, [u32] length of the metadata, the metadata
 * (flatbuffer {@code Message}, padded), the body; its whole length is a multiple of 8.
 *
 * <p>A <em>record</em> is one row. It has a sequence number, from 0, ascending by 1. Numbers are
 * left out where damage took records, and one is given out again only if its record was never
 * acknowledged, or if damage took the very end of the journal, which cannot be told from a torn
 * write. On disk a record is one record batch message of one row without dictionaries, compressed
 * buffer by buffer with zstd (Arrow's {@code BodyCompression}, one zstd frame a buffer) or not at
 * all.
 *
 * <p>A <em>mark</em> is the one entry of a message's custom metadata: the key {@code seamark.mark},
 * and as its value three numbers in lower-case hexadecimal digits with a blank between, by which
 * the message is found and confirmed where nothing else of the file can be relied on: 16 digits of
 * the record's sequence (of a schema message: the segment id), 16 of the segment's <em>salt</em>, 8
 * of the CRC of the whole message with these 8 digits as {@code 0}. It stands in the first 512
 * bytes of the metadata. The salt is a random number other than 0, one for each segment, that never
 * leaves the folder: nobody who sends samples can put into one what passes for a record. A message
 * that an image within a record holds has another salt.
 *
 * <p>Sizes are bounded, so that a reader can refuse what a file says of itself before it takes
 * memory for it: the metadata of a message has at most 1 MiB, the buffers of a record hold at most
 * 64 MiB when decompressed and its message at most 65 MiB, no buffer claims more than 32,768 times
 * what it takes compressed (zstd cannot do better), and sequence numbers are below 2^62. What each
 * column may have at most stands with it below.
 *
 * <h2>Files of a folder</h2>
 *
 * <table>
 * <caption>n is the segment's id in decimal, at least ten digits, from 0, ascending</caption>
 * <tr><th>name</th><th>is</th></tr>
 * <tr><td>{@code n.arrow}</td><td>a sealed segment; never changes, but may be replaced by one with
 * fewer of its records</td></tr>
 * <tr><td>{@code n.journal}</td><td>the segment that is appended to, which is the highest n; in an
 * outbox also full ones</td></tr>
 * <tr><td>{@code cursor}</td><td>how far an outbox is delivered</td></tr>
 * <tr><td>{@code lock}</td><td>empty; the writer holds an exclusive lock on it</td></tr>
 * <tr><td>{@code *.tmp}</td><td>unfinished; a writer deletes them when it opens the folder</td></tr>
 * <tr><td>{@code *.unreadable}</td><td>is damaged, and was in a writer's way or is read no longer;
 * no program deletes it</td></tr>
 * </table>
 *
 * <h2>Journal</h2>
 *
 * <pre>
 * Journal := Header, Frame*
 * Header  := "SEAMARKJ"        8 bytes
 *            version           [u32] 2
 *            schema length     [u32] of the schema message
 *            segment id        [u64]
 *            first sequence    [u64] of the first frame, if there is one
 *            salt              [u64] of the segment; not in version 1
 *            schema CRC        [u32] of the schema message
 *            header CRC        [u32] of the 44 bytes before, of 36 in version 1
 *            schema message    schema length bytes, with a mark
 * Frame   := "SFRM"            4 bytes
 *            length            [u32] of the record's message
 *            sequence          [u64]
 *            message CRC       [u32] of the record's message
 *            frame CRC         [u32] of the 20 bytes before and the salt
 *            message           length bytes, with a mark
 * </pre>
 *
 * Header and frames start at multiples of 8. A writer appends one frame with one write, and
 * acknowledges the record once a force (fsync) that began after the write has ended. Several
 * records may share a force: at most 64 frames at the end of a journal are written and not forced,
 * and only those can be torn. What a disk has of them after a power cut is any of their sectors,
 * and the others read as zeros; so a later frame may be whole while an earlier one is torn.
 *
 * <p>Reading ends at the first place where no frame is whole and no later frame starts; a writer
 * cuts the file there, reports the bytes, and writes the last 64 whole frames once more before it
 * forces the file, because a failed fsync can leave bytes that read well and never reach the disk.
 * Where a later frame does start (its header's CRC matches, its sequence is not below the one due,
 * and not above it by more than had room between), the later frames are kept, whatever lies
 * between. That was never forced, and so never acknowledged, if all of this holds:
 *
 * <ul>
 *   <li>the journal is the last one: a writer begins the next only once all frames are forced;
 *   <li>the sequence due there is less than 64 below that of the last whole frame;
 *   <li>it has a whole sector of zeros (512 bytes, aligned in the file), or begins with zeros up to
 *       the end of its first sector. A frame begins with other bytes, and where frames share a
 *       sector that is missing, all of them are torn.
 * </ul>
 *
 * <p>Such bytes count as torn. With whole frames behind them the journal is sealed at once, without
 * them; without any the file is cut before them. Whatever else lies between is damage: it is
 * reported, and the journal is sealed at once, without the damaged records, and renamed to {@code
 * n.journal.unreadable}. Damage that leaves zeros among the last 64 records cannot be told from a
 * torn write, and a torn write in whose place a file system shows other bytes than zeros not from
 * damage; neither costs another record. Where the header is damaged, the salt is that of the schema
 * message's mark or, without that, the one by whose marks most of the file is confirmed.
 *
 * <p>Numbers are left out within a journal only by damage and torn frames: a writer that leaves
 * some out begins the next journal first, whose header says so.
 *
 * <p>A file of this name of which no record can be read, and which is more than a torn header, is
 * renamed to {@code n.journal.unreadable}, reported and otherwise left as it is.
 *
 * <p>A reader beside the writer trusts nothing behind the last whole frame and looks again later.
 *
 * <h2>Sealed segment</h2>
 *
 * <pre>
 * Sealed  := "ARROW1", 00 00, schema message, message*, End,
 *            Names, Summary, End, Table, Footer, footer length [u32], "ARROW1"
 * End     := FF FF FF FF 00 00 00 00
 * Names   := hash              [i32] of the name of each record, ascending
 *            entry             [u32] number of the record's entry in the table, from 0, in the
 *                              order of the hashes; of the same hash ascending
 * Summary := "SEAS"            4 bytes
 *            version           [u32] 1
 *            records           [u32] number of them
 *            names CRC         [u32] of Names; 0 if there are none
 *            first sequence    [u64]
 *            last sequence     [u64]
 *            earliest          [i64] no record's time is before it
 *            latest            [i64] no record's time is after it
 *            bitmap length     [u32] in bytes; 0 if no sequence between is missing
 *            columns           [u32] number of counted columns
 *            bitmap            bit i % 8 of byte i / 8 is 1 if first sequence + i is there
 *            Column*
 *            0 bytes           so that Summary has a multiple of 8 bytes
 *            summary CRC       [u32] of the summary's bytes before, and the table's last 32
 * Column  := values            [u32] number of values that are counted by themselves
 *            Count             of records of all other values
 *            Value*            in the order in which they came
 * Value   := length            [u32] of the text in bytes
 *            Count             of its records
 *            text              in UTF-8
 * Count   := records           [u32]
 *            bytes             [u64] of their messages
 * Table   := Entry*
 *            "SEAT"            4 bytes
 *            records           [u32] number of entries
 *            segment id        [u64]
 *            head CRC          [u32] of all bytes before the first record's message
 *            closing CRC       [u32] of all bytes from the footer to the end of the file
 *            summary length    [u32] of Summary; 0 if there is none, nor Names and second End
 *            table CRC         [u32] of the table's bytes before
 * Entry   := sequence          [u64]
 *            at                [u64] where the record's message starts in the file
 *            length            [u32] of the message
 *            message CRC       [u32] as in the frame
 * </pre>
 *
 * It is an Arrow IPC file: other readers pass over what lies between the stream and the footer. The
 * messages are those of the journal, byte for byte, the schema message too. The footer's custom
 * metadata holds {@code seamark.segment} (the segment id in decimal) and {@code seamark.index}, a
 * JSON array with one object for each record: {@code sequence}, {@code crc32c} (the message CRC,
 * eight hexadecimal digits) and the indexed columns, floating point numbers as text since JSON has
 * no infinities.
 *
 * <p>Opening a segment reads its end, its first bytes and its summary, however many records it has:
 * footer length, the table's last 32 bytes, Summary, head. Where the summary's CRC or the head's
 * does not match, or the summary makes no sense, all of the segment is read instead, as is one that
 * has no summary. A record is read by its one entry in the table, whose number follows from its
 * sequence, first sequence and bitmap; the message's CRC and its column {@code sequence} confirm
 * that it is the one. A name is looked up in Names, and the record's own columns confirm it. Table
 * and footer are read, and their CRCs checked, when the entries of the index are asked for, when a
 * record is not what its entry says, and by verifying; Names and Summary are held against the
 * records then.
 *
 * <p>The name of a {@code replay} record is its edge and its id, its time is {@code captured}, and
 * it is counted by edge and by domain, by all edges and by the 32 domains of the most records. A
 * hash is the first four bytes of the SHA-256 of the name's texts in UTF-8, each followed by 00.
 * The bounds of the times are the least and the highest number if one record's is not known.
 * Records of other kinds have no names, no times and are not counted. A segment has no summary
 * where one would have more than 4 MiB, or where sequences are missing over a range of more than
 * 2^18.
 *
 * <p>If the footer is damaged the table suffices to find the records; if the table is damaged too,
 * or knows neither the file's first bytes nor its records, they are found by their marks, in the
 * file from its start: those of the head's salt, or of the one that confirms most of the file.
 * Entries of the index are then made from the records themselves. A file of which no record can be
 * read, or that is no segment at all, is reported and left as it is, and the other segments are
 * read; only where a journal must be sealed under its name is it renamed to {@code
 * n.arrow.unreadable}.
 *
 * <h2>Sealing</h2>
 *
 * When the journal has reached its size, or when asked, the writer (1) writes {@code n.arrow.tmp}
 * and forces it, (2) renames it to {@code n.arrow} and forces the folder, (3) makes the journal n+1
 * in the same way, (4) deletes the journal n. After a crash between these, {@code n.arrow} counts
 * if it holds at least the journal's records, and the journal is deleted; otherwise the journal
 * counts. A journal n below the highest one is sealed when the folder is opened, but not in an
 * outbox: that leaves a full journal as it is, does only (3) and deletes it once it is delivered.
 * Readers prefer {@code n.arrow}. Segments are deleted as a whole, the oldest first, and only when
 * a later journal is there, whose first sequence carries the numbering on. A journal that is the
 * last one and of which no record is needed any more is begun anew in its place, which takes no
 * room on the disk: its header is written over with the sequence that is due, forced, and the file
 * cut behind it.
 *
 * <p>Single records may be dropped too. That is not written down: a dropped record is there again
 * when the folder is opened anew, until its segment is deleted or replaced. A sealed segment
 * without its dropped records is written to {@code n.arrow.tmp}, forced and renamed to {@code
 * n.arrow}; a reader that finds a sealed segment of another size than before, or a record that does
 * not match its checksum, reads the segment's footer again.
 *
 * <h2>Cursor</h2>
 *
 * <pre>
 * Cursor  := Place, Place     64 KiB each
 * Place   := "SEAMARKC"        8 bytes
 *            version           [u32] 2
 *            length            [u32] of the place up to its CRC
 *            generation        [u64] the higher, the newer
 *            next              [u64] sequence of the first record not yet delivered
 *            Aside*            at most 256
 *            CRC               [u32] of the bytes before
 *            anything up to 64 KiB
 * Aside   := sequence          [u64] of a record before next that was not delivered
 *            again             [u16] 1 if it is to be delivered once more, else 0
 *            length            [u16] of the reason, at most 128
 *            reason            why it was set aside, in UTF-8
 * </pre>
 *
 * The file is made whole once, as {@code cursor.tmp}. A newer state is written over the older place
 * and forced: generation g lies in the first place if g is even. So a torn write leaves the state
 * before, and a full disk does not keep records from being acknowledged. Of two places that can be
 * read the one of the higher generation counts; without any everything is to be delivered. A file
 * of 24 bytes is of version 1, which has magic, version 1, next and the CRC of these; it is written
 * anew when it is opened for writing.
 *
 * <h2>Schemas</h2>
 *
 * The schema's metadata holds {@code seamark.format} (the version of the format, 1) and {@code
 * seamark.kind}. A reader refuses another version or kind, and a column that is not the one listed,
 * in its place, of its type; it does not look at other metadata or at nullability. Columns that may
 * be null may be added at the end: what lacks them, of the schema message as of the record batches
 * of a file, has null there. A reader that does not know them refuses the file. All records of a
 * file have the columns of its schema message: a writer that knows more seals a journal that lacks
 * them, as it is, and begins the next.
 *
 * <table>
 * <caption>kind, where, columns</caption>
 * <tr><th>kind</th><th>where</th><th>columns</th></tr>
 * <tr><td>{@code sample}</td><td>message from edge to cloud</td><td>Sample</td></tr>
 * <tr><td>{@code answer}</td><td>message from cloud to edge</td><td>width, height (int32),
 * Answer</td></tr>
 * <tr><td>{@code outbox}</td><td>segments of an outbox</td><td>sequence, Sample</td></tr>
 * <tr><td>{@code replay}</td><td>segments of a replay buffer</td><td>sequence, Sample, Answer,
 * pixels_by_class, segments, look</td></tr>
 * </table>
 *
 * <table>
 * <caption>columns in their order; those with * are in the index, a null one is left out there;
 * only depth, segments and look may be null. A text
 * has at most 200 UTF-16 characters, K is at most 255, image, depth and scores have at most 64 MiB
 * each, answer and segments at most 40,000,000 bytes, stages at most 64 elements, look has 6
 * </caption>
 * <tr><th>column</th><th>type</th><th>holds</th></tr>
 * <tr><td>sequence</td><td>int64</td><td>the record's number</td></tr>
 * <tr><td colspan="3">Sample</td></tr>
 * <tr><td>id *</td><td>utf8</td><td>the sample's name within its edge</td></tr>
 * <tr><td>edge *</td><td>utf8</td><td>the edge's name</td></tr>
 * <tr><td>domain *</td><td>utf8</td><td>condition, such as dusk; may be empty</td></tr>
 * <tr><td>captured *</td><td>timestamp, ms, UTC</td><td>when the frame was taken; not in the index
 * of earlier releases</td></tr>
 * <tr><td>width, height</td><td>int32 each</td><td>of the frame, in pixels</td></tr>
 * <tr><td>media_type</td><td>utf8</td><td>image/jpeg or image/png</td></tr>
 * <tr><td>image</td><td>binary</td><td>the image file</td></tr>
 * <tr><td>depth</td><td>binary</td><td>8-bit grey PNG file, or null</td></tr>
 * <tr><td>classes</td><td>int32</td><td>number of classes, K</td></tr>
 * <tr><td>scores_width, scores_height</td><td>int32 each</td><td>of the scores, w and h</td></tr>
 * <tr><td>scores</td><td>binary</td><td>K * h * w bytes q, class by class, row by row</td></tr>
 * <tr><td>score_scale, score_offset</td><td>list of float32 each</td><td>K each: logit =
 * score_offset[k] + score_scale[k] * q</td></tr>
 * <tr><td>model_version</td><td>utf8</td><td>of the edge model</td></tr>
 * <tr><td>miner</td><td>utf8</td><td>name of the hard-example miner</td></tr>
 * <tr><td>score *, threshold</td><td>float64 each</td><td>the miner's; higher is easier</td></tr>
 * <tr><td colspan="3">Answer</td></tr>
 * <tr><td>answer</td><td>binary</td><td>height * width bytes, row by row: the class, 255 if
 * undecided</td></tr>
 * <tr><td>masks</td><td>int32</td><td>number of masks that were fused</td></tr>
 * <tr><td>processing</td><td>utf8</td><td>name of the unknown-task processing</td></tr>
 * <tr><td>stages, stage_seconds</td><td>list of utf8, list of float64</td><td>time by stage, of one
 * length</td></tr>
 * <tr><td>pixels_by_class *</td><td>list of int64</td><td>K: pixels of the class in the
 * answer</td></tr>
 * <tr><td>segments</td><td>binary</td><td>height * width bytes, row by row: the number of the mask
 * that the pixel belongs to, 255 if to none; or null</td></tr>
 * <tr><td>look *</td><td>list of float32</td><td>mean and deviation of the frame's light, yellow and
 * green ({@link io.seamark.perception.Look}), in the index as text with blanks between; or
 * null</td></tr>
 * </table>
 *
 * A message is an Arrow IPC stream: the schema message, one record batch message of one row, the
 * end-of-stream mark; the mark may be missing.
 *
 * <h2>History</h2>
 *
 * <ul>
 *   <li>1: the first. Segments and look were added to {@code replay} later.
 *   <li>1 with marks, journals of version 2: messages have marks, journals a salt. Sealed segments
 *       and messages between edge and cloud are still of version 1, and a reader of that reads
 *       them. A journal of version 1 has no salt, its frame CRC is of the 20 bytes only, and up to
 *       2^20 numbers may be left out in it; it is read, sealed as it is and not appended to. A
 *       sealed segment without marks is read by its table or, if that is damaged, by its footer.
 *   <li>1 with summaries: sealed segments have Names and Summary, and captured is in the index. An
 *       earlier release reads them: it finds End before the table, and does not look at the summary
 *       length. A segment without is summed up in memory when it is opened.
 * </ul>
 */
@NullMarked
package io.seamark.buffer.format;

import org.jspecify.annotations.NullMarked;
