/** A plugin of one class: the hard-example miner {@code low_quantile}. */
package com.example.seamark;
