package io.seamark.cli;

/** How far edge and cloud agree on the frames that the cloud answered, for people. */
public final class AgreementLine {
  private AgreementLine() {}

  /**
   * Writes the figures.
   *
   * @param audited easy frames that the cloud looked at too
   * @param easy mean share of pixels on which both agree in these; NaN means unknown
   * @param answered hard frames that the cloud answered
   * @param hard the same of these
   * @return one line
   */
  public static String of(long audited, double easy, long answered, double hard) {
    return String.format(
        "easy frames that the cloud looked at: %d, agreement %s; hard ones: %d, agreement %s",
        audited, Table.figure(easy, 3), answered, Table.figure(hard, 3));
  }
}
