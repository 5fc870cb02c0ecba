import { createHash } from 'node:crypto'
import t from 'tap'
import { QR_MOST_BYTES, QR_SIZE, qrCode } from '../../src/qr/qr-code.ts'
import { errorCorrection } from '../../src/qr/reed-solomon.ts'

t.test('ISO/IEC 18004 annex I: the error correction of its example', async (t) => {
  const data = Buffer.from('10200c566180ec11ec11ec11ec11ec11', 'hex')
  t.equal(Buffer.from(errorCorrection(data, 10)).toString('hex'), 'a524d4c1ed36c787' + '2c55')
})

// The same modules come out of the encoder `qrcode` 1.5 (version 10, level L, mask 0), and the decoder `jsqr` 1.4 reads them.
t.test('codes are those of other encoders, module by module', async (t) => {
  const digests = {
    'otpauth://totp/a': '4375e9c16681163c135b6912c93ea3b4cbfc8d44c9211330a24b8ab8d197f166',
    ['x'.repeat(QR_MOST_BYTES)]: '9d68a3af9f84e91d18d9847896b198e4f86cdb0bb4b76e167d2c25cd15677e28',
  }
  for (const [text, digest] of Object.entries(digests)) {
    const rows = (qrCode(text) ?? []).map((row) => row.map(Number).join(''))
    t.equal(createHash('sha256').update(rows.join('\n')).digest('hex'), digest, text.slice(0, 20))
  }
})

t.test('what is too long in bytes gives no code', async (t) => {
  t.equal(qrCode('ü'.repeat(135))?.length, QR_SIZE)
  t.equal(qrCode('ü'.repeat(136)), undefined)
})
