/**
 * The storage of Sedna's knowledge base: the files that its lifelong-learning workers upload and
 * the index that they make, as bytes. Start with {@link io.seamark.knowledge.sedna.KnowledgeBase}.
 *
 * <p>Sedna keeps these files under their names in one folder. Here a file lies under its digest,
 * and {@code index.json} beside the files says which name stands for which digest, so that no name
 * is ever a path, and a name changes from one whole file to the next in one step. The files are
 * pickles, which run whatever code they name when they are loaded: nothing here loads them.
 *
 * @see <a href="https://github.com/kubeedge/sedna">Sedna,
 *     lib/sedna/service/server/knowledgeBase</a>
 */
@NullMarked
package io.seamark.knowledge.sedna;

import org.jspecify.annotations.NullMarked;
